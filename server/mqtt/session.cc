#include "server/mqtt/session.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/mqtt/reason_code.h"

namespace dino::mqtt {
namespace {

// How often the library is asked whether a ping is due.
constexpr std::chrono::seconds kKeepAliveCheck{1};

// Between two attempts, however long the first one took.
constexpr std::chrono::milliseconds kShortestPause{20};

// Two processes with one client ID would take the session from each other for ever.
constexpr std::chrono::seconds kTakenOverDelay{10};

}  // namespace

Session::Session(std::uint32_t number, SessionOptions options, unsigned seed, Poller& poller,
                 ResolveFunction resolve, ChangeFunction on_change, const Colleagues& colleagues)
    : options_(std::move(options)),
      poller_(poller),
      resolve_(std::move(resolve)),
      on_change_(std::move(on_change)),
      window_limit_(options_.in_flight_window),
      backoff_(seed),
      retry_at_(Clock::now()),
      queue_(options_.in_flight_window, options_.in_flight_bytes,
             [number, ended_elsewhere = colleagues.ended_elsewhere](const Chunk& chunk) {
               if (chunk.session != number) ended_elsewhere(chunk.session);
             }),
      failover_(number, options_.failover_after, colleagues, queue_) {}

const BrokerAddress& Session::broker() const {
  return options_.brokers[attempt_ % options_.brokers.size()];
}

void Session::Attempt() {
  attempt_began_at_ = Clock::now();
  reached_ = false;
  connack_.reset();
  disconnect_reason_.reset();
  if (Resolver::IsNumeric(broker().host)) {
    Open(broker().host);
  } else {
    state_ = State::kResolving;
    resolve_(broker().host);
  }
}

void Session::OnResolved(const absl::StatusOr<Resolver::Addresses>& addresses) {
  if (state_ != State::kResolving) return;
  if (addresses.ok()) {
    const std::size_t round = attempt_ / options_.brokers.size();
    Open((*addresses)[round % addresses->size()]);
  } else {
    Lost(addresses.status());
  }
}

void Session::Open(const std::string& address) {
  state_ = State::kConnecting;
  attempt_began_at_ = Clock::now();
  connect_deadline_ =
      attempt_began_at_ + std::min(options_.reach_timeout, options_.connect_timeout);
  absl::StatusOr<Credentials> credentials = options_.access->For(broker().host);
  if (!credentials.ok()) {
    Lost(credentials.status());
    return;
  }
  Connection::Listener& listener = *this;
  connection_ = std::make_unique<Connection>(listener);
  const absl::Status opened = connection_->Open(
      {address, broker().port, options_.client_id, options_.keep_alive, *std::move(credentials)});
  if (!opened.ok()) {
    Lost(opened);
    return;
  }
  watched_events_ = EPOLLIN | EPOLLOUT;
  if (!poller_.Add(connection_->fd(), watched_events_, this)) {
    Lost(absl::ResourceExhaustedError("cannot watch the socket"));
  }
}

void Session::OnSocket(std::uint32_t events) {
  if (connection_ == nullptr) return;
  constexpr std::uint32_t kTrouble = EPOLLERR | EPOLLHUP;
  absl::Status status;
  if ((events & (EPOLLOUT | kTrouble)) != 0) status = connection_->Write();
  if (status.ok() && (events & (EPOLLIN | kTrouble)) != 0) status = connection_->Read();
  ProcessAnswers();
  if (!status.ok()) {
    Lost(status);
  } else if (state_ == State::kConnecting && connack_.has_value()) {
    Established();
  } else if (state_ == State::kConnecting) {
    reached_ = true;
    connect_deadline_ = attempt_began_at_ + options_.connect_timeout;
    WatchSocket();
  }
}

void Session::Established() {
  state_ = State::kConnected;
  connected_at_ = Clock::now();
  keep_alive_at_ = connected_at_ + kKeepAliveCheck;
  LimitWindow();
  failover_.Connected(connected_at_);
  SessionChange change;
  change.client_id = options_.client_id;
  change.broker = broker().ToString();
  change.connected = true;
  on_change_(change);
}

void Session::LimitWindow() {
  queue_.LimitWindow(std::clamp<std::size_t>(connack_->receive_maximum, 1, window_limit_.limit()));
}

std::string Session::ReasonOfLoss(const absl::Status& why) const {
  if (disconnect_reason_ == kSessionTakenOver) {
    return absl::StrCat("broker disconnected: ", DescribeReasonCode(kSessionTakenOver),
                        ": another process uses this client ID");
  }
  if (disconnect_reason_.has_value()) {
    return absl::StrCat("broker disconnected: ", DescribeReasonCode(*disconnect_reason_));
  }
  if (connack_.has_value() && connack_->reason_code != kSuccess) {
    return absl::StrCat("broker refused: ", DescribeReasonCode(connack_->reason_code));
  }
  return std::string(why.message());
}

void Session::Lost(const absl::Status& why) {
  // Answers that came before the end count.
  ProcessAnswers();
  SessionChange change;
  change.client_id = options_.client_id;
  change.broker = broker().ToString();
  change.was_connected = connected();
  change.reason = ReasonOfLoss(why);
  if (connection_ != nullptr && connection_->fd() >= 0) poller_.Remove(connection_->fd());
  connection_.reset();
  queue_.ConnectionLost();
  const Clock::time_point now = Clock::now();
  if (change.was_connected && now - connected_at_ >= kStable) backoff_.Reset();
  // After a loss the same broker is tried first, after a failure the next one.
  attempt_ = change.was_connected ? 0 : attempt_ + 1;
  // The time of an attempt that failed counts, so that a slow failure is soon followed by the
  // next attempt.
  const Clock::time_point since = change.was_connected ? now : attempt_began_at_;
  const Clock::duration delay =
      disconnect_reason_ == kSessionTakenOver ? kTakenOverDelay : backoff_.Next();
  retry_at_ = std::max(since + delay, now + kShortestPause);
  change.retry_in = retry_at_ - now;
  state_ = State::kWaiting;
  failover_.Lost(now);
  on_change_(change);
}

void Session::OnPubAck(int packet_id, std::uint8_t reason_code) {
  answers_.emplace_back(packet_id, reason_code);
}

void Session::OnServerDisconnect(std::uint8_t reason_code) { disconnect_reason_ = reason_code; }

void Session::ProcessAnswers() {
  if (answers_.empty()) return;
  const Clock::time_point now = Clock::now();
  for (const auto& [packet_id, reason_code] : answers_) {
    queue_.Acknowledge(packet_id, reason_code, now, now - connected_at_);
  }
  if (window_limit_.Answered(answers_.size())) LimitWindow();
  answers_.clear();
}

Clock::time_point Session::Advance(Clock::time_point now) {
  queue_.Expire(now, !connected());
  if (state_ == State::kWaiting && now >= retry_at_) Attempt();
  if (state_ == State::kConnecting && now >= connect_deadline_) {
    Lost(absl::DeadlineExceededError(reached_ ? "no CONNACK in time"
                                              : "the network does not reach it in time"));
  }
  if (connected()) KeepUp(now);
  MoveUsers(now);
  if (connected()) Send(now);
  return NextTimer();
}

void Session::MoveUsers(Clock::time_point now) {
  SessionChange change;
  change.users = failover_.Advance(now);
  if (change.users == Failover::Move::kNone) return;
  change.client_id = options_.client_id;
  change.broker = broker().ToString();
  on_change_(change);
}

void Session::KeepUp(Clock::time_point now) {
  const auto oldest = queue_.OldestSentAt();
  if (oldest.has_value() && now >= *oldest + options_.ack_timeout) {
    window_limit_.Halve();
    Lost(absl::DeadlineExceededError("no PUBACK in time"));
    return;
  }
  if (now < keep_alive_at_) return;
  keep_alive_at_ = now + kKeepAliveCheck;
  const absl::Status alive = connection_->KeepAlive();
  if (!alive.ok()) Lost(alive);
}

void Session::Send(Clock::time_point now) {
  // With QoS 0 the answers come while we send, and make room for more.
  do {
    if (!Burst(now)) {
      Lost(absl::UnavailableError("connection lost while sending"));
      return;
    }
    if (answers_.empty()) break;
    ProcessAnswers();
  } while (queue_.unsent() > 0);
  WatchSocket();
}

bool Session::Burst(Clock::time_point now) {
  const auto transmit = [this](const Chunk& chunk, const std::string& topic, InFlight& entry,
                               std::uint8_t& reason_code) {
    return Transmit(chunk, topic, entry, reason_code);
  };
  if (queue_.unsent() < 2) return queue_.Fill(now, transmit);
  connection_->Cork(true);
  const bool ok = queue_.Fill(now, transmit);
  connection_->Cork(false);
  return ok;
}

SendQueue::SendStatus Session::Transmit(const Chunk& chunk, const std::string& topic,
                                        InFlight& entry, std::uint8_t& reason_code) {
  const Batch& batch = *chunk.batch;
  switch (connection_->Publish(topic, batch.payload(), batch.options().qos,
                               properties_.For(batch, entry.sent_at), entry.packet_id,
                               reason_code)) {
    case Connection::PublishStatus::kSent:
      return SendQueue::SendStatus::kSent;
    case Connection::PublishStatus::kRefused:
      return SendQueue::SendStatus::kRefused;
    case Connection::PublishStatus::kConnectionLost:
      break;
  }
  return SendQueue::SendStatus::kConnectionLost;
}

void Session::WatchSocket() {
  const std::uint32_t events =
      EPOLLIN | (connection_->WantsWrite() ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  if (events == watched_events_) return;
  watched_events_ = events;
  poller_.Modify(connection_->fd(), events, this);
}

Clock::time_point Session::NextTimer() const {
  Clock::time_point next =
      std::min(queue_.NextDeadline().value_or(Clock::time_point::max()), failover_.NextTimer());
  switch (state_) {
    case State::kWaiting:
      return std::min(next, retry_at_);
    case State::kConnecting:
      return std::min(next, connect_deadline_);
    case State::kConnected: {
      next = std::min(next, keep_alive_at_);
      next = std::min(next, queue_.NextRetry().value_or(next));
      const auto oldest = queue_.OldestSentAt();
      return oldest.has_value() ? std::min(next, *oldest + options_.ack_timeout) : next;
    }
    case State::kResolving:
    case State::kClosed:
      break;
  }
  return next;
}

void Session::Close() {
  if (connected()) connection_->Disconnect();
  connection_.reset();
  queue_.ConnectionLost();
  failover_.Close();
  state_ = State::kClosed;
}

}  // namespace dino::mqtt
