// What a quarantine makes of a connection that is lost.
#include <algorithm>

#include "server/mqtt/session/loss_reason.h"
#include "server/mqtt/session/quarantine.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// In the place of the words of a broker that says none.
constexpr char kClosed[] = "closed the connection";

}  // namespace

void Quarantine::Lost(const absl::Status& /*why*/) {
  const Clock::time_point now = Clock::now();
  const std::optional<Loss> loss = connection_->loss();
  const bool by_broker = IsByBroker(loss);
  connection_.reset();
  const bool was_written = std::exchange(acquit_at_, std::nullopt).has_value();
  written_batch_.reset();
  const Clock::time_point refused_at = std::exchange(refused_at_, {});
  state_ = State::kIdle;
  connect_at_ = now + backoff_.Next();
  if (!tried_.has_value()) {
    if (!by_broker || refused_at + SuspectTopics::kRefusedBefore < now) return;
    options_.suspects->Convict(refused_topic_, now);
    if (!was_written) RejectRefused();
    return;
  }
  const Case subject = *std::exchange(tried_, std::nullopt);
  if (subject.deferred != nullptr) subject.deferred->attempts.unanswered = true;
  if (by_broker) {
    const bool said_why = loss->kind == Loss::Kind::kDisconnected;
    verdicts_.push_back({subject, said_why ? loss->reason_code : kSuccess,
                         said_why ? loss->reason_string : kClosed, now});
  } else if (subject.deferred != nullptr) {
    waiting_.push_back(subject);
  } else {
    Close(subject, {});
  }
}

void Quarantine::RejectRefused() {
  // A refusal that may pass elsewhere does not here.
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(), [this](const Case& subject) {
    return subject.refused && subject.topic_hash == refused_topic_;
  });
  if (waiting == waiting_.end()) return;
  const Case subject = *waiting;
  waiting_.erase(waiting);
  Close(subject, {Outcome::kRejected, subject.deferred->attempts.last_failure, false});
}

void Quarantine::PassVerdicts(Clock::time_point now) {
  while (!verdicts_.empty() && now >= verdicts_.front().lost_at + BrokerConnections::kAtOnce) {
    const Verdict verdict = verdicts_.front();
    verdicts_.pop_front();
    Deferred* const deferred = verdict.subject.deferred;
    if (!options_.connections->LivedOnSince(verdict.lost_at)) {
      // The broker was down.
      if (deferred != nullptr) {
        waiting_.push_back(verdict.subject);
      } else {
        Close(verdict.subject, {});
      }
      continue;
    }
    // The broker is well: only what comes next there may end a connection again.
    backoff_.Reset();
    options_.suspects->Convict(verdict.subject.topic_hash, now);
    verdict.subject.Explain({verdict.reason_code, verdict.reason_string});
    if (deferred != nullptr) deferred->chunk->batch->AddKill(verdict.reason_code);
    Close(verdict.subject, {Outcome::kRejected, verdict.reason_code, false});
  }
}

}  // namespace dino::mqtt
