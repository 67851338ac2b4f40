#include "server/mqtt/session/session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// Between two attempts, however long the first one took.
constexpr std::chrono::milliseconds kShortestPause{20};

// What the client ID of a connection ends in that was opened beside one without it.
constexpr char kSecondIdSuffix[] = "-b";

// Two processes with one client ID would take the session from each other for ever.
constexpr std::chrono::seconds kTakenOverDelay{10};

}  // namespace

Session::Session(std::uint32_t number, SessionOptions options, unsigned seed,
                 const ConnectorFactory& make_connector, Connector::ResolveFunction resolve,
                 ChangeFunction on_change, Peers& peers)
    : options_(std::move(options)),
      on_change_(std::move(on_change)),
      connector_(make_connector(options_, std::move(resolve),
                                [this](const absl::Status& status) { OnConnectorDone(status); })),
      judge_(number, options_.has_users, options_.health, peers),
      window_limit_(options_.in_flight_window),
      backoff_(seed),
      retry_at_(Clock::now()),
      queue_(number, options_.in_flight_window, options_.in_flight_bytes, options_.suspects,
             router_),
      router_(number, options_.routing, peers, queue_),
      number_(number),
      peers_(peers) {}

SessionChange Session::Change() const {
  SessionChange change;
  change.client_id = options_.client_id;
  change.broker = options_.broker.ToString();
  return change;
}

void Session::Attempt() {
  state_ = State::kConnecting;
  second_id_ = false;
  connector_->Start({options_.broker.host, attempt_, options_.client_id, options_.broker.address,
                     /*except=*/""});
}

void Session::OnConnectorDone(const absl::Status& status) {
  const Clock::time_point now = Clock::now();
  if (state_ == State::kConnecting && status.ok()) {
    Established();
  } else if (state_ == State::kConnecting) {
    Lost(status);
  } else if (connected() && status.ok()) {
    way_home_.Found(now);
  } else if (connected() && absl::IsAlreadyExists(status)) {
    way_home_.Connected(now, options_.look_up_every);
  } else if (connected()) {
    way_home_.Failed(now);
  }
}

void Session::OnSocket(std::uint32_t events) {
  if (connection_ == nullptr) return;
  const absl::Status status = connection_->OnSocket(events);
  CountUnsolicited();
  ProcessAnswers();
  if (!status.ok()) Lost(status);
}

void Session::Established() {
  SessionChange change = Change();
  change.was_connected = connected();
  state_ = State::kConnected;
  endpoint_ = connector_->endpoint();
  connection_ = connector_->Take();
  counted_unsolicited_ = 0;
  connection_->HandTo(*this, *this);
  connected_at_ = Clock::now();
  keep_alive_at_ = connected_at_ + Channel::kKeepAliveCheck;
  if (Resolver::IsNumeric(options_.broker.host.host) || !options_.broker.address.empty()) {
    way_home_.Rest();
  } else {
    way_home_.Connected(connected_at_, options_.look_up_every);
  }
  if (!change.was_connected) options_.connections->Made();
  queue_.Connected(connected_at_, Window());
  use_ = ConnectionUse::kNone;
  JudgeBroker(connected_at_);
  if (use_ == ConnectionUse::kNone) router_.Unusable(connected_at_, Router::Urgency::kNow);
  change.connected = true;
  change.announced = connection_->connack();
  on_change_(change);
}

void Session::LookForAddress() {
  // Brokers of a cluster would end the old connection for a new one with its client ID.
  const char* const suffix = second_id_ ? "" : kSecondIdSuffix;
  connector_->Start({options_.broker.host, /*choice=*/0, absl::StrCat(options_.client_id, suffix),
                     /*address=*/"", endpoint_});
}

bool Session::Stays(Clock::time_point now) {
  switch (way_home_.Advance(now)) {
    case WayHome::Step::kStay:
      return true;
    case WayHome::Step::kLook:
      LookForAddress();
      return true;
    case WayHome::Step::kLeave:
      break;
  }
  if (queue_.OldestSentAt().has_value()) return false;
  ChangeOver();
  return true;
}

void Session::ChangeOver() {
  connection_->Disconnect(kSuccess);
  // What the broker was too busy for goes out first at the next one.
  queue_.ConnectionLost(Clock::now(), /*by_broker=*/false);
  attempt_ = 0;
  second_id_ = !second_id_;
  Established();
}

void Session::JudgeBroker(Clock::time_point now) {
  const bool was_probing = judge_.probing();
  const ConnectionUse use = judge_.Judge(connection_->connack(), now);
  if (use == use_ && judge_.probing() == was_probing) return;
  const ConnectionUse was = std::exchange(use_, use);
  if (was == ConnectionUse::kAll && use != was && queue_.OldestSentAt().has_value()) {
    Lost(absl::DeadlineExceededError("the broker acknowledges nothing"));
    return;
  }
  queue_.LimitWindow(Window());
  switch (use) {
    case ConnectionUse::kAll:
      router_.Usable(now);
      break;
    case ConnectionUse::kTrial:
      router_.Try(now);
      break;
    case ConnectionUse::kNone:
      router_.Unusable(now, Router::Urgency::kNow);
      break;
  }
}

std::size_t Session::Window() const {
  if (judge_.probing()) return 1;
  return std::clamp<std::size_t>(connection_->connack().receive_maximum, 1, window_limit_.limit());
}

void Session::Lost(const absl::Status& why) {
  // What came before the end counts.
  if (connection_ != nullptr) CountUnsolicited();
  ProcessAnswers();
  SessionChange change = Change();
  change.was_connected = connected();
  if (connected()) change.loss = LossReasonOf(*connection_, why);
  if (!connected()) change.failure = ConnectFailureOf(why);
  change.reason = connected() ? connection_->ReasonOfLoss(why) : std::string(why.message());
  const bool taken_over = change.loss == LossReason::kTakenOver;
  const Clock::time_point now = Clock::now();
  if (connected()) options_.connections->Lost(now);
  queue_.ConnectionLost(now, connected() && IsByBroker(connection_->loss()));
  connection_.reset();
  if (change.was_connected && now - connected_at_ >= kStable) backoff_.Reset();
  // The time of an attempt that failed counts, so that a slow failure is soon followed by the
  // next attempt.
  const Clock::time_point since = change.was_connected ? now : connector_->began_at();
  const Clock::duration delay = taken_over ? kTakenOverDelay : backoff_.Next();
  retry_at_ = std::max(since + delay, now + kShortestPause);
  change.retry_in = retry_at_ - now;
  change.retired = retired_;
  // After a loss its own address is tried first, after a failure the next one.
  attempt_ = change.was_connected ? 0 : attempt_ + 1;
  state_ = State::kWaiting;
  connector_->Cancel();
  way_home_.Rest();
  judge_.ConnectionLost(now);
  use_ = ConnectionUse::kNone;
  router_.Unusable(
      now, judge_.broker_left() || retired_ ? Router::Urgency::kNow : Router::Urgency::kLater);
  on_change_(change);
}

Clock::time_point Session::Advance(Clock::time_point now) {
  queue_.Expire(now, !connected());
  if (state_ == State::kWaiting && now >= retry_at_ && !retired_) Attempt();
  connector_->Advance(now);
  if (connected()) KeepUp(now);
  if (connected() && judge_.probing()) FollowProbe(now);
  if (connected()) JudgeBroker(now);
  MoveUsers(now);
  if (connected() && retired_ && !queue_.OldestSentAt().has_value()) Leave(now);
  if (connected() && !retired_ && Stays(now) && router_.may_send()) Send();
  // Also after a ping, and after what was read and written meanwhile.
  if (connection_ != nullptr) connection_->Watch();
  Measure();
  const Clock::time_point next = NextTimer();
  return guests_ == nullptr ? next : std::min(next, guests_->Advance(now));
}

void Session::MoveUsers(Clock::time_point now) {
  const Router::Move move = router_.Advance(now);
  if (move == Router::Move::kNone || !options_.has_users) return;
  SessionChange change = Change();
  change.users = move;
  change.retired = retired_;
  on_change_(change);
}

void Session::KeepUp(Clock::time_point now) {
  // That late only if this process stood still; the broker is not to blame for it.
  const Clock::duration late = now - keep_alive_at_;
  if (late >= Channel::kKeepAliveCheck) queue_.Excuse(late);
  const auto oldest = queue_.OldestSentAt();
  if (oldest.has_value() && now >= *oldest + options_.ack_timeout) {
    window_limit_.Halve();
    judge_.TimedOut(now);
    Lost(absl::DeadlineExceededError("no PUBACK in time"));
    return;
  }
  if (now < keep_alive_at_) return;
  keep_alive_at_ = now + Channel::kKeepAliveCheck;
  const absl::Status alive = connection_->KeepAlive(now);
  if (!alive.ok()) Lost(alive);
}

Clock::time_point Session::NextTimer() const {
  Clock::time_point next = std::min({queue_.NextDeadline().value_or(Clock::time_point::max()),
                                     router_.NextTimer(), connector_->NextTimer()});
  switch (state_) {
    case State::kWaiting:
      return retired_ ? next : std::min(next, retry_at_);
    case State::kConnected: {
      next = std::min({next, keep_alive_at_, way_home_.NextTimer()});
      // Who is about to leave sends nothing again.
      const bool sends = router_.may_send() && !retired_ && !way_home_.leaving();
      if (sends) next = std::min(next, queue_.NextRetry().value_or(next));
      const auto oldest = queue_.OldestSentAt();
      return oldest.has_value() ? std::min(next, *oldest + options_.ack_timeout) : next;
    }
    case State::kConnecting:
    case State::kClosed:
      break;
  }
  return next;
}

void Session::Close() {
  if (connected()) connection_->Disconnect(kSuccess);
  connection_.reset();
  connector_->Cancel();
  queue_.ConnectionLost(Clock::now(), /*by_broker=*/false);
  Measure();
  router_.Close();
  if (guests_ != nullptr) guests_->Close();
  state_ = State::kClosed;
}

}  // namespace dino::mqtt
