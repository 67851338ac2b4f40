#include "server/fanout/event_batch.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "server/fanout/fingerprint.h"
#include "server/fanout/resume_token.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::fanout {
namespace {

// What the reason code of a PUBACK that refuses a publication means for the call.
Failure FailureOf(std::uint8_t reason_code) {
  if (reason_code == mqtt::kNotAuthorized) return Failure::kNotAuthorized;
  return mqtt::IsBusy(reason_code) ? Failure::kBusy : Failure::kRefused;
}

Failure FailureOf(const mqtt::PublicationOutcome& outcome, const mqtt::Batch& batch) {
  if (mqtt::IsAcknowledged(outcome.outcome)) return Failure::kNone;
  if (outcome.outcome == mqtt::Outcome::kRejected) {
    // What the broker closed a connection on is not worth sending again, whatever it said.
    const bool killed = batch.kills() > 0 && outcome.reason_code == batch.kill_reason_code();
    if (killed && outcome.reason_code != mqtt::kNotAuthorized) return Failure::kRefused;
    return FailureOf(outcome.reason_code);
  }
  // Nobody asked the broker: it was sent never, or not this time.
  if (mqtt::IsLimit(outcome.reason_code)) return Failure::kLimit;
  // With a code, what is unknown was refused too, but only when it was sent again.
  if (outcome.reason_code >= mqtt::kFirstFailure) return FailureOf(outcome.reason_code);
  return outcome.unreachable ? Failure::kUnreachable : Failure::kTimeUp;
}

// Failures that a retry does not cure come first.
bool ActsBefore(Failure a, Failure b) { return b == Failure::kNone || a < b; }

}  // namespace

EventBatch::EventBatch(std::string event_id, Event event, mqtt::PublishOptions options,
                       const TopicTemplate& topic_template, const mqtt::Routes& routes,
                       Admission::Ticket ticket, DoneFunction done)
    : Batch(std::move(event.json), std::move(options)),
      id_(*event.id),
      event_id_(std::move(event_id)),
      type_(std::move(event.type)),
      recipients_(std::move(event.recipients)),
      earlier_(std::move(event.earlier)),
      overlays_(std::move(event.overlays)),
      topic_template_(topic_template),
      outcomes_(earlier_.has_value() ? earlier_->All({})
                                     : std::vector<mqtt::PublicationOutcome>(recipients_.size())),
      ticket_(std::move(ticket)),
      taken_up_(std::move(event.taken_up)),
      done_(std::move(done)) {
  SplitBySession(routes);
}

void EventBatch::SplitBySession(const mqtt::Routes& routes) {
  const std::size_t session_count = routes.session_count();
  const auto size = static_cast<std::uint32_t>(recipients_.size());
  const auto is_missing = [this](std::uint32_t i) {
    return !earlier_.has_value() || !earlier_->Has(i);
  };
  // A topic always has the same session, which keeps its events in order.
  const auto session_of = [&](std::uint32_t i) {
    return routes.SessionFor(recipients_.OrderKey(i));
  };
  // A counting sort: linear, and recipients of one session keep their order.
  absl::InlinedVector<std::uint32_t, 64> next(session_count, 0);
  for (std::uint32_t i = 0; i < size; ++i) {
    if (is_missing(i)) ++next[session_of(i)];
  }
  std::uint32_t first = 0;
  for (std::size_t session = 0; session < session_count; ++session) {
    const std::uint32_t count = next[session];
    if (count > 0) AddChunk(static_cast<std::uint32_t>(session), first, count);
    next[session] = first;
    first += count;
  }
  order_.resize(first);
  for (std::uint32_t i = 0; i < size; ++i) {
    if (is_missing(i)) order_[next[session_of(i)]++] = i;
  }
}

void EventBatch::WriteTopic(std::uint32_t position, std::string& topic) const {
  const std::uint32_t index = order_[position];
  if (recipients_.are_topics()) {
    topic_template_.Write(recipients_.topics()[index], topic);
  } else {
    topic_template_.Write(recipients_.user_ids()[index], topic);
  }
}

std::string_view EventBatch::PayloadOf(std::uint32_t position, std::string& scratch) const {
  if (overlays_ == nullptr) return payload();
  const auto overlay = overlays_->find(recipients_.user_ids()[order_[position]]);
  if (overlay == overlays_->end()) return payload();
  scratch.assign(payload(), 0, payload().size() - 1);
  scratch.append(1, ',').append(overlay->second).append(1, '}');
  return scratch;
}

std::uint64_t EventBatch::RouteKey(std::uint32_t position) const {
  return recipients_.OrderKey(order_[position]);
}

void EventBatch::Group(std::uint32_t first, std::uint32_t count,
                       absl::FunctionRef<std::uint32_t(std::uint64_t)> group_of) {
  const auto begin = order_.begin() + first;
  std::stable_sort(begin, begin + count, [&](std::uint32_t a, std::uint32_t b) {
    return group_of(recipients_.OrderKey(a)) < group_of(recipients_.OrderKey(b));
  });
}

void EventBatch::Explain(std::uint32_t /*position*/, const mqtt::Explanation& explanation) {
  explanations_.Add(explanation);
}

void EventBatch::Settle(const mqtt::Chunk& /*chunk*/, std::uint32_t position,
                        mqtt::PublicationOutcome outcome) {
  outcomes_[order_[position]] = outcome;
}

void EventBatch::Ended() {
  ticket_.Release();
  done_(*this);
}

ResultSummary EventBatch::Summary() const {
  ResultSummary summary;
  for (const mqtt::PublicationOutcome& outcome : outcomes_) {
    const Failure failure = FailureOf(outcome, *this);
    if (failure == Failure::kNone) {
      ++summary.acknowledged_count;
      if (outcome.outcome == mqtt::Outcome::kNoSubscriber) ++summary.no_subscriber_count;
      continue;
    }
    ++summary.failed.at(static_cast<std::size_t>(failure));
    if (!ActsBefore(failure, summary.failure)) continue;
    summary.failure = failure;
    summary.reason_code = outcome.reason_code;
  }
  if (summary.failure != Failure::kNone) explanations_.Write(summary);
  return summary;
}

void EventBatch::WithResult(absl::FunctionRef<void(const CallResult&)> use) const {
  CallResult result{event_id_, recipients_, outcomes_, Summary()};
  std::string resume_token;
  if (result.summary.failure != Failure::kNone) {
    const Fingerprint fingerprint =
        FingerprintOf(options().qos, type_, payload(), recipients_, overlays_.get());
    resume_token = MakeResumeToken(id_, fingerprint, recipients_, Acknowledgements(outcomes_));
    result.resume_token = resume_token;
  }
  use(result);
}

}  // namespace dino::fanout
