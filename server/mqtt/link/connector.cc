#include "server/mqtt/link/connector.h"

#include <algorithm>
#include <utility>

namespace dino::mqtt {
namespace {

// From so many silent attempts on, the broker is given more time.
constexpr int kSilencesToPatience = 3;

}  // namespace

void Connector::Start(Target target) {
  Cancel();
  target_ = std::move(target);
  began_at_ = Clock::now();
  const std::string& host = target_.broker.host;
  if (Resolver::IsNumeric(host)) {
    Open(host);
    return;
  }
  state_ = State::kResolving;
  // Without addresses of old there is nothing to do but to wait.
  deadline_ =
      known_.contains(host) ? began_at_ + options_.look_up_timeout : Clock::time_point::max();
  resolve_(host);
}

void Connector::Cancel() {
  connection_.reset();
  state_ = State::kIdle;
}

void Connector::OnResolved(const std::string& host,
                           const absl::StatusOr<Resolver::Addresses>& addresses) {
  if (addresses.ok()) known_[host] = *addresses;
  if (absl::IsNotFound(addresses.status())) known_.erase(host);
  if (state_ != State::kResolving || host != target_.broker.host) return;
  if (known_.contains(host)) {
    OpenKnown();
  } else {
    Fail(addresses.status());
  }
}

void Connector::OpenKnown() {
  const Resolver::Addresses& addresses = known_[target_.broker.host];
  Open(addresses[target_.choice % addresses.size()]);
}

void Connector::Open(const std::string& address) {
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
  if (!status.ok()) Fail(status);
}

absl::Status Connector::Connect(const std::string& address) {
  absl::StatusOr<Credentials> credentials = options_.access->For(target_.broker.host);
  if (!credentials.ok()) return credentials.status();
  SocketHandler& handler = *this;
  connection_ = std::make_unique<Connection>(poller_, handler);
  return connection_->Open({address, target_.broker.port, target_.client_id, options_.keep_alive,
                            *std::move(credentials)});
}

void Connector::OnSocket(std::uint32_t events) {
  if (connection_ == nullptr) return;
  const absl::Status status = connection_->OnSocket(events);
  if (!status.ok()) {
    Fail(absl::UnavailableError(connection_->ReasonOfLoss(status)));
    return;
  }
  connection_->Watch();
  if (state_ != State::kConnecting) return;
  if (connection_->connack().has_value()) {
    state_ = State::kReady;
    silences_ = 0;
    done_(absl::OkStatus());
  } else if (!reached_) {
    reached_ = true;
    deadline_ = began_at_ + (silences_ < kSilencesToPatience ? options_.connect_timeout
                                                             : options_.patient_connect_timeout);
  }
}

void Connector::Advance(Clock::time_point now) {
  if (now < NextTimer()) return;
  if (state_ == State::kResolving) {
    OpenKnown();
  } else if (reached_) {
    ++silences_;
    Fail(absl::DeadlineExceededError("no CONNACK in time"));
  } else {
    Fail(absl::DeadlineExceededError("the network does not reach it in time"));
  }
}

Clock::time_point Connector::NextTimer() const {
  const bool waits = state_ == State::kResolving || state_ == State::kConnecting;
  return waits ? deadline_ : Clock::time_point::max();
}

std::unique_ptr<Connection> Connector::Take() {
  state_ = State::kIdle;
  return std::move(connection_);
}

void Connector::Fail(const absl::Status& why) {
  Cancel();
  done_(why);
}

}  // namespace dino::mqtt
