#include "server/mqtt/link/socket_connector.h"

#include <algorithm>
#include <utility>

#include "server/mqtt/link/connect_failure.h"

namespace dino::mqtt {
namespace {

// However often a broker has left us unanswered.
constexpr std::chrono::seconds kMostPatience{30};

}  // namespace

void SocketConnector::Start(Target target) {
  Cancel();
  target_ = std::move(target);
  began_at_ = Clock::now();
  const std::string& host = target_.broker.host;
  if (!target_.address.empty() || Resolver::IsNumeric(host)) {
    Open(target_.address.empty() ? host : target_.address);
    return;
  }
  state_ = State::kResolving;
  // Without addresses of old there is nothing to do but to wait.
  deadline_ =
      known_.contains(host) ? began_at_ + options_.look_up_timeout : Clock::time_point::max();
  resolve_(host);
}

void SocketConnector::Cancel() {
  handshake_.reset();
  channel_.reset();
  state_ = State::kIdle;
}

void SocketConnector::OnResolved(const std::string& host,
                                 const absl::StatusOr<Resolver::Addresses>& addresses) {
  if (addresses.ok()) known_[host] = *addresses;
  if (absl::IsNotFound(addresses.status())) known_.erase(host);
  if (state_ != State::kResolving || host != target_.broker.host) return;
  if (known_.contains(host)) {
    OpenKnown();
  } else {
    Fail(WithFailure(addresses.status(), ConnectFailure::kName));
  }
}

void SocketConnector::OpenKnown() {
  const Resolver::Addresses& addresses = known_[target_.broker.host];
  Open(addresses[target_.choice % addresses.size()]);
}

void SocketConnector::Open(const std::string& address) {
  endpoint_ = HostPort{address, target_.broker.port}.ToString();
  if (endpoint_ == target_.except) {
    Fail(absl::AlreadyExistsError("connected to it already"));
    return;
  }
  state_ = State::kConnecting;
  reached_ = false;
  began_at_ = Clock::now();
  deadline_ = began_at_ + std::min(options_.reach_timeout, options_.connect_timeout);
  const absl::Status status = Connect(address);
  if (status.ok()) {
    TakeIfOpened();
  } else {
    Fail(status);
  }
}

absl::Status SocketConnector::Connect(const std::string& address) {
  absl::StatusOr<Credentials> credentials = options_.access->For(target_.broker.host);
  if (!credentials.ok()) return WithFailure(credentials.status(), ConnectFailure::kFiles);
  uses_tls_ = credentials->tls != nullptr;
  SocketHandler& handler = *this;
  handshake_ = std::make_unique<Handshake>(poller_, handler);
  return handshake_->Open({address, target_.broker.port, target_.client_id, options_.keep_alive,
                           *std::move(credentials)});
}

void SocketConnector::OnSocket(std::uint32_t events) {
  if (handshake_ != nullptr) {
    GoOnOpening(events);
  } else if (channel_ != nullptr) {
    GoOn(events);
  }
}

void SocketConnector::GoOnOpening(std::uint32_t events) {
  const absl::Status status = handshake_->OnSocket(events);
  if (!status.ok()) {
    Fail(status);
    return;
  }
  Reached();
  handshake_->Watch();
  TakeIfOpened();
}

void SocketConnector::TakeIfOpened() {
  if (!handshake_->done()) return;
  Reached();
  channel_ = handshake_->TakeChannel();
  handshake_.reset();
  channel_->HandTo(*this, *this);
}

void SocketConnector::Reached() {
  if (std::exchange(reached_, true)) return;
  deadline_ = began_at_ + Patience();
}

Clock::duration SocketConnector::Patience() const {
  const auto silences = silences_.find(endpoint_);
  Clock::duration patience = options_.connect_timeout;
  for (int i = silences == silences_.end() ? 0 : silences->second; i > 0; --i) {
    if (patience >= kMostPatience) break;
    patience = std::min<Clock::duration>(2 * patience, kMostPatience);
  }
  return patience;
}

void SocketConnector::GoOn(std::uint32_t events) {
  const absl::Status status = channel_->OnSocket(events);
  if (channel_->accepted() || IsLoss(Loss::Kind::kRefused)) silences_.erase(endpoint_);
  if (!status.ok()) {
    Fail(WhyNotAccepted(status));
    return;
  }
  channel_->Watch();
  if (state_ != State::kConnecting || !channel_->accepted()) return;
  state_ = State::kReady;
  done_(absl::OkStatus());
}

bool SocketConnector::IsLoss(Loss::Kind kind) const {
  return channel_->loss().has_value() && channel_->loss()->kind == kind;
}

absl::Status SocketConnector::WhyNotAccepted(const absl::Status& why) const {
  std::string reason = channel_->ReasonOfLoss(why);
  const bool ended = IsLoss(Loss::Kind::kClosed) || IsLoss(Loss::Kind::kReset);
  if (ended && !channel_->accepted()) {
    reason += " before CONNACK";
    if (uses_tls_) reason += ": does the broker want another client certificate?";
  }
  absl::Status refused = absl::UnavailableError(reason);
  if (!channel_->loss().has_value()) return refused;
  return WithFailure(std::move(refused), ConnectFailureOf(*channel_->loss()));
}

void SocketConnector::Advance(Clock::time_point now) {
  if (now < NextTimer()) return;
  if (state_ == State::kResolving) {
    OpenKnown();
  } else if (reached_) {
    ++silences_[endpoint_];
    Fail(WithFailure(absl::DeadlineExceededError("no CONNACK in time"), ConnectFailure::kSilent));
  } else {
    Fail(absl::DeadlineExceededError("the network does not reach it in time"));
  }
}

Clock::time_point SocketConnector::NextTimer() const {
  const bool waits = state_ == State::kResolving || state_ == State::kConnecting;
  return waits ? deadline_ : Clock::time_point::max();
}

std::unique_ptr<Channel> SocketConnector::Take() {
  state_ = State::kIdle;
  return std::move(channel_);
}

void SocketConnector::Fail(const absl::Status& why) {
  Cancel();
  done_(why);
}

Link MakeSocketLink() {
  auto poller = std::make_unique<EpollPoller>();
  const auto make_connector = [&poller = *poller](const ConnectOptions& options,
                                                  Connector::ResolveFunction resolve,
                                                  Connector::DoneFunction done) {
    return std::make_unique<SocketConnector>(options, poller, std::move(resolve), std::move(done));
  };
  return {std::move(poller), make_connector};
}

}  // namespace dino::mqtt
