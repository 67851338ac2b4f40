#include "server/fanout/event_batch.h"

#include <utility>

#include "absl/container/inlined_vector.h"
#include "server/mqtt/reason_code.h"

namespace dino::fanout {
namespace {

// The session of a user: always the same one, so that events for one user keep their order.
std::size_t SessionOf(std::int64_t user_id, std::size_t session_count) {
  // Mixes the bits (the finalizer of SplitMix64), because IDs may come in strides.
  auto mixed = static_cast<std::uint64_t>(user_id);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return (mixed ^ (mixed >> 31)) % session_count;
}

Failure FailureOf(const mqtt::Settlement& settlement) {
  switch (settlement.outcome) {
    case mqtt::Outcome::kAcknowledged:
      return Failure::kNone;
    case mqtt::Outcome::kRejected:
      switch (settlement.reason_code) {
        case mqtt::kNotAuthorized:
          return Failure::kNotAuthorized;
        case mqtt::kUnspecifiedError:
        case mqtt::kImplementationSpecificError:
        case mqtt::kQuotaExceeded:
          return Failure::kBusy;
        default:
          return Failure::kRefused;
      }
    case mqtt::Outcome::kPending:
    case mqtt::Outcome::kNotSent:
    case mqtt::Outcome::kUnknown:
      break;
  }
  return settlement.unreachable ? Failure::kUnreachable : Failure::kTimeUp;
}

// Failures that repeating does not cure come first.
bool ActsBefore(Failure a, Failure b) { return b == Failure::kNone || a < b; }

}  // namespace

EventBatch::EventBatch(std::string event_id, std::string json, mqtt::PublishOptions options,
                       std::vector<std::int64_t> recipients, const TopicTemplate& topic_template,
                       std::size_t session_count, Admission::Ticket ticket, DoneFunction done)
    : Batch(std::move(json), std::move(options)),
      event_id_(std::move(event_id)),
      recipients_(std::move(recipients)),
      topic_template_(topic_template),
      order_(recipients_.size()),
      settlements_(recipients_.size()),
      ticket_(std::move(ticket)),
      done_(std::move(done)) {
  SplitBySession(session_count);
}

void EventBatch::SplitBySession(std::size_t session_count) {
  // A counting sort: linear, and recipients of one session keep their order.
  absl::InlinedVector<std::uint32_t, 64> next(session_count, 0);
  for (const std::int64_t user_id : recipients_) ++next[SessionOf(user_id, session_count)];
  std::uint32_t first = 0;
  for (std::size_t session = 0; session < session_count; ++session) {
    const std::uint32_t count = next[session];
    if (count > 0) AddChunk(static_cast<std::uint32_t>(session), first, count);
    next[session] = first;
    first += count;
  }
  for (std::uint32_t i = 0; i < recipients_.size(); ++i) {
    order_[next[SessionOf(recipients_[i], session_count)]++] = i;
  }
}

void EventBatch::WriteTopic(std::uint32_t position, std::string& topic) const {
  topic_template_.Write(recipients_[order_[position]], topic);
}

void EventBatch::Settle(std::uint32_t position, mqtt::Settlement settlement) {
  settlements_[order_[position]] = settlement;
}

void EventBatch::Ended() {
  ticket_.Release();
  done_(*this);
}

DeliveryReport EventBatch::Report() const {
  DeliveryReport report;
  for (const mqtt::Settlement& settlement : settlements_) {
    const Failure failure = FailureOf(settlement);
    if (failure == Failure::kNone) {
      ++report.acknowledged_count;
      if (settlement.reason_code == mqtt::kNoMatchingSubscribers) ++report.no_subscriber_count;
    } else if (ActsBefore(failure, report.failure)) {
      report.failure = failure;
      report.reason_code = settlement.reason_code;
    }
  }
  return report;
}

}  // namespace dino::fanout
