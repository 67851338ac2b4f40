// What keyed calls are answered from what is known of their events.
#include "server/fanout/keyed_publisher.h"
#include "server/fanout/resume_token.h"
#include "server/fanout/sorted_order.h"

namespace dino::fanout {
std::optional<Refusal> KeyedPublisher::WouldRefuse(const Event& event) {
  if (!event.keyed) return next_.WouldRefuse(event);
  const Fingerprint fingerprint = FingerprintOf(event);
  Event missing = event;
  {
    const MutexLock lock(mutex_);
    const Clock::time_point now = Clock::now();
    // A call that joins, or is answered from what is known, needs no broker.
    if (const auto run = running_.find(*event.id); run != running_.end()) {
      if (run->second->fingerprint == fingerprint) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto finished = finished_.Find(*event.id, now)) {
      if (finished->fingerprint == fingerprint.high) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto* unfinished = unfinished_.Find(*event.id, now)) {
      if (unfinished->fingerprint != fingerprint) return Refusal::kKeyReused;
      Acknowledgements known = SortedOrder(event.recipients).Unsort(unfinished->acknowledgements);
      if (event.earlier.has_value()) known.AddAll(*event.earlier);
      missing.earlier = std::move(known);
    }
  }
  return next_.WouldRefuse(missing);
}

void KeyedPublisher::Replay(const Run& run, std::uint32_t no_subscriber_count, const Call& call,
                            Consequences& consequences) {
  ++replays_;
  const auto size = static_cast<std::uint32_t>(run->recipients.size());
  mqtt::PublicationOutcome outcome;
  outcome.outcome =
      no_subscriber_count == size ? mqtt::Outcome::kNoSubscriber : mqtt::Outcome::kAcknowledged;
  outcome.reason_code = mqtt::ReasonCodeOf(outcome.outcome);
  StoredResult result{run, std::make_shared<Outcomes>(size, outcome), {}};
  result.summary.acknowledged_count = size;
  result.summary.no_subscriber_count = no_subscriber_count;
  result.replayed = true;
  result.outcomes_forgotten = no_subscriber_count > 0 && no_subscriber_count < size;
  consequences.finished.push_back({call, std::move(result)});
}

KeyedPublisher::Figures KeyedPublisher::figures() const {
  const MutexLock lock(mutex_);
  return {running_.size() + unfinished_.size() + finished_.size(),
          unfinished_.forgotten_early() + finished_.forgotten_early(), replays_, joins_,
          deadlines_.size()};
}

KeyedPublisher::StoredResult KeyedPublisher::OutOfTime(
    const Run& run, Failure failure, const mqtt::PublicationOutcome& others) const {
  const Acknowledgements& known = run->acknowledgements;
  StoredResult result{run, std::make_shared<Outcomes>(known.All(others)), {}};
  result.summary.acknowledged_count = known.count();
  result.summary.no_subscriber_count = known.no_subscriber_count();
  result.summary.failure = failure;
  result.resume_token =
      Encode({run->id, run->fingerprint, SortedOrder(run->recipients).Sort(known)});
  return result;
}

}  // namespace dino::fanout
