#include "server/mqtt/session/quarantine.h"

#include <algorithm>
#include <utility>

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// Just after a time.
constexpr std::chrono::milliseconds kMoment{1};
// How long an unused connection is kept.
constexpr std::chrono::seconds kIdle{2};
// How many attempts to connect may fail in a row while the broker lets others in.
constexpr int kMostAttempts = 3;

}  // namespace

Quarantine::Quarantine(SessionOptions options, unsigned seed,
                       const ConnectorFactory& make_connector,
                       const Connector::ResolveFunction& resolve, FailureFunction on_failure,
                       Peers& peers)
    : options_(std::move(options)),
      on_failure_(std::move(on_failure)),
      peers_(peers),
      connector_(make_connector(options_, resolve,
                                [this](const absl::Status& status) { OnConnectorDone(status); })),
      witness_(options_, seed, make_connector, resolve),
      backoff_(seed) {}

Quarantine::~Quarantine() {
  while (Chunk* const chunk = open_.first()) GiveUp(*chunk);
}

void Quarantine::Add(std::uint32_t owner, const Work& work) {
  for (Deferred* const deferred : work.deferred) {
    open_.Add(*deferred->chunk);
    waiting_.push_back({deferred, owner, deferred->topic_hash});
  }
  for (Deferred* const deferred : work.deferred) {
    if (deferred->chunk->batch->stop_requested()) GiveUp(*deferred->chunk);
  }
}

void Quarantine::Close(const Case& subject, PublicationOutcome outcome) {
  if (subject.deferred != nullptr) {
    const std::unique_ptr<Deferred> owned(subject.deferred);
    open_.Settle(*owned->chunk, owned->position, outcome);
  }
  if (state_ != State::kClosed) peers_.ConfinedFree(subject.owner, subject.topic_hash);
}

void Quarantine::OnConnectorDone(const absl::Status& status) {
  const Clock::time_point now = Clock::now();
  if (state_ != State::kConnecting) return;
  if (!status.ok()) {
    state_ = State::kIdle;
    connect_at_ = now + backoff_.Next();
    if (!options_.connections->any()) return GiveAllBack();
    if (++failed_attempts_ < kMostAttempts) return;
    on_failure_(std::string(status.message()));
    PardonAll();
    return;
  }
  if (std::exchange(failed_attempts_, 0) >= kMostAttempts) on_failure_({});
  state_ = State::kConnected;
  connection_ = connector_->Take();
  connection_->HandTo(*this, *this);
  retry_policy_.Connected(now);
  keep_alive_at_ = now + Channel::kKeepAliveCheck;
}

void Quarantine::OnSocket(std::uint32_t events) {
  if (connection_ == nullptr) return;
  const absl::Status status = connection_->OnSocket(events);
  ProcessAnswer();
  if (!status.ok()) Lost(status);
}

void Quarantine::OnPubAck(int packet_id, std::uint8_t reason_code, std::string_view reason_string) {
  if (!tried_.has_value() || packet_id != packet_id_) return;
  answer_ = reason_code;
  reason_string_ = reason_string;
}

void Quarantine::ProcessAnswer() {
  if (!answer_.has_value() || !tried_.has_value()) return;
  const Clock::time_point now = Clock::now();
  const std::uint8_t reason_code = *std::exchange(answer_, std::nullopt);
  Case subject = *std::exchange(tried_, std::nullopt);
  if (sent_qos_ != Qos::kAtMostOnce) {
    BrokerCounts::Tally(*options_.counts).Answered(reason_code, now - sent_at_);
  }
  if (reason_code < kFirstFailure && sent_qos_ == Qos::kAtMostOnce) {
    // That it was written says nothing of what the broker makes of it.
    Watch(subject.topic_hash, now);
    acquit_at_ = send_at_;
    if (subject.deferred != nullptr) written_batch_ = subject.deferred->chunk->keep_alive;
  } else if (reason_code < kFirstFailure) {
    retry_policy_.Acknowledged();
    options_.suspects->Acquit(subject.topic_hash);
    if (subject.deferred != nullptr) Acquit(*subject.deferred->chunk->batch, now);
  } else {
    Watch(subject.topic_hash, now);
    if (!reason_string_.empty()) subject.Explain({reason_code, reason_string_});
  }
  if (subject.deferred != nullptr && retry_policy_.MayPass(reason_code, now)) {
    Attempts& attempts = subject.deferred->attempts;
    attempts.Refused(reason_code);
    subject.deferred->not_before = now + RetryDelay(attempts.failures);
    subject.refused = true;
    waiting_.push_back(subject);
    return;
  }
  Close(subject, {OutcomeOf(reason_code), reason_code, false});
}

Clock::time_point Quarantine::Advance(Clock::time_point now) {
  if (state_ == State::kClosed) return Clock::time_point::max();
  Expire(now);
  PassVerdicts(now);
  Rest(now);
  if (!waiting_.empty() && MustGiveBack(now)) GiveAllBack();
  if (!waiting_.empty()) witness_.Call();
  Clock::time_point next = witness_.Advance(now);
  if (state_ == State::kIdle && !waiting_.empty() && now >= connect_at_ && witness_.settled()) {
    Connect(now);
  }
  connector_->Advance(now);
  if (state_ == State::kConnected) KeepUp(now);
  if (state_ == State::kConnected && !tried_.has_value()) SendNext(now);
  if (connection_ != nullptr) connection_->Watch();

  next = std::min(
      {next, connector_->NextTimer(), open_.NextDeadline().value_or(Clock::time_point::max())});
  if (!verdicts_.empty()) {
    next = std::min(next, verdicts_.front().lost_at + BrokerConnections::kAtOnce);
  }
  if (state_ == State::kIdle && !waiting_.empty() && witness_.settled()) {
    next = std::min(next, connect_at_);
  }
  if (!waiting_.empty() && options_.health->left()) next = std::min(next, give_back_at_);
  if (state_ != State::kConnected) return next;
  if (!tried_.has_value() && (!waiting_.empty() || acquit_at_.has_value()) &&
      now <= MaySendFrom()) {
    next = std::min(next, std::min(MaySendFrom(), now + Channel::kKeepAliveCheck) + kMoment);
  }
  for (const Case& subject : waiting_) {
    if (subject.deferred->not_before > now) next = std::min(next, subject.deferred->not_before);
  }
  return std::min(next, keep_alive_at_);
}

void Quarantine::Rest(Clock::time_point now) {
  if (tried_.has_value() || !waiting_.empty() || !verdicts_.empty()) last_used_at_ = now;
  if (now < last_used_at_ + kIdle) return;
  witness_.Dismiss();
  if (state_ != State::kConnected) return;
  connection_->Disconnect(kSuccess);
  connection_.reset();
  state_ = State::kIdle;
  backoff_.Reset();
}

void Quarantine::Connect(Clock::time_point now) {
  state_ = State::kConnecting;
  connect_at_ = now;
  connector_->Start({options_.broker.host, /*choice=*/0, options_.client_id,
                     options_.broker.address,
                     /*except=*/""});
}

void Quarantine::KeepUp(Clock::time_point now) {
  absl::Status alive;
  if (tried_.has_value() && now >= sent_at_ + options_.ack_timeout) {
    alive = absl::DeadlineExceededError("no PUBACK in time");
  } else if (now >= keep_alive_at_) {
    keep_alive_at_ = now + Channel::kKeepAliveCheck;
    alive = connection_->KeepAlive(now);
  }
  if (!alive.ok()) Lost(alive);
}

bool Quarantine::AwaitsVerdict(const Batch& batch) const {
  return std::any_of(verdicts_.begin(), verdicts_.end(), [&batch](const Verdict& verdict) {
    return verdict.subject.deferred != nullptr && verdict.subject.deferred->chunk->batch == &batch;
  });
}

bool Quarantine::RejectedWithBatch(const Case& subject) {
  const Batch& batch = *subject.deferred->chunk->batch;
  if (!batch.must_end()) return false;
  Close(subject, {Outcome::kRejected, batch.kill_reason_code(), false});
  return true;
}

void Quarantine::Watch(std::uint64_t topic_hash, Clock::time_point now) {
  refused_topic_ = topic_hash;
  refused_at_ = now;
  // The end of the connection that may follow is not the next one's doing.
  send_at_ = now + SuspectTopics::kRefusedBefore;
}

Clock::time_point Quarantine::MaySendFrom() const {
  // The end of a connection says something only where others have lived on.
  return std::max(send_at_, options_.connections->SteadyFrom());
}

void Quarantine::SendNext(Clock::time_point now) {
  if (acquit_at_.has_value() && now > *acquit_at_) {
    options_.suspects->Acquit(refused_topic_);
    acquit_at_.reset();
    if (const auto batch = std::exchange(written_batch_, nullptr)) Acquit(*batch, now);
  }
  for (std::size_t i = 0; i < waiting_.size() && !tried_.has_value() && now > MaySendFrom();) {
    const Case subject = waiting_[i];
    // What else its batch comes to is known when one of it is.
    if (subject.deferred->not_before > now || AwaitsVerdict(*subject.deferred->chunk->batch)) {
      ++i;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    if (RejectedWithBatch(subject)) continue;
    if (!Transmit(subject, now)) return;
    ProcessAnswer();
  }
}

bool Quarantine::Transmit(const Case& subject, Clock::time_point now) {
  const Batch& batch = *subject.deferred->chunk->batch;
  batch.WriteTopic(subject.deferred->position, topic_);
  const std::string_view payload = batch.PayloadOf(subject.deferred->position, payload_);
  tried_ = subject;
  tried_->refused = false;
  sent_at_ = now;
  sent_qos_ = batch.options().qos;
  // With QoS 0 the answer comes while we send; the number is known before.
  switch (connection_->Publish(topic_, payload, batch.options().qos, properties_.For(batch, now),
                               packet_id_)) {
    case Channel::PublishStatus::kSent:
      return true;
    case Channel::PublishStatus::kRefused: {
      tried_.reset();
      const Channel::Refusal& refusal = connection_->refusal();
      subject.Explain({refusal.reason_code, "", refusal.limit, refusal.actual});
      Close(subject, OutcomeIfNotTaken(subject.deferred->attempts, refusal.reason_code));
      return true;
    }
    case Channel::PublishStatus::kConnectionLost:
      break;
  }
  Lost(absl::UnavailableError("connection lost while sending"));
  return false;
}

void Quarantine::Close() {
  if (state_ == State::kConnected) connection_->Disconnect(kSuccess);
  connection_.reset();
  connector_->Cancel();
  witness_.Dismiss();
  state_ = State::kClosed;
}

}  // namespace dino::mqtt
