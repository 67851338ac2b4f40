// What keyed calls are answered from what is known of their events.
#include "server/fanout/keyed_publisher.h"
#include "server/fanout/resume_token.h"
#include "server/fanout/sorted_order.h"

namespace dino::fanout {

std::optional<Refusal> KeyedPublisher::WouldRefuse(const Event& event) {
  if (!event.keyed) return next_.WouldRefuse(event);
  const std::uint64_t fingerprint = LocalFingerprintOf(event);
  Event missing = event;
  Part& part = *parts_[PartFor(*event.id)];
  {
    const MutexLock lock(part.mutex);
    const Clock::time_point now = Clock::now();
    // A call that joins, or is answered from what is known, needs no broker.
    if (const auto run = part.running.find(*event.id); run != part.running.end()) {
      if (run->second->fingerprint == fingerprint) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto finished = part.finished.Find(*event.id, now)) {
      if (finished->fingerprint == fingerprint) return std::nullopt;
      return Refusal::kKeyReused;
    }
    if (const auto* unfinished = part.unfinished.Find(*event.id, now)) {
      if (unfinished->fingerprint != fingerprint) return Refusal::kKeyReused;
      Acknowledgements known = SortedOrder(event.recipients).Unsort(unfinished->acknowledgements);
      if (event.earlier.has_value()) known.AddAll(*event.earlier);
      missing.earlier = std::move(known);
    }
  }
  return next_.WouldRefuse(missing);
}

KeyedPublisher::StoredResult KeyedPublisher::Replay(const Run& run,
                                                    std::uint32_t no_subscriber_count) {
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
  return result;
}

KeyedPublisher::StoredResult KeyedPublisher::OutOfTime(const Run& run, Failure failure,
                                                       const mqtt::PublicationOutcome& others) {
  const Acknowledgements& known = run->acknowledgements;
  StoredResult result{run, std::make_shared<Outcomes>(known.All(others)), {}};
  result.summary.acknowledged_count = known.count();
  result.summary.no_subscriber_count = known.no_subscriber_count();
  result.summary.failure = failure;
  result.resume_token = TokenOf(run);
  return result;
}

KeyedPublisher::StoredResult KeyedPublisher::Shared(const Run& run, const CallResult& answer) {
  const Acknowledgements& known = run->acknowledgements;
  auto outcomes = std::make_shared<Outcomes>(answer.outcomes);
  for (std::uint32_t place = 0; place < outcomes->size(); ++place) {
    if (known.Has(place)) (*outcomes)[place] = known.OutcomeOf(place);
  }
  StoredResult shared{run, std::move(outcomes), answer.summary};
  if (known.complete()) shared.summary = {};
  shared.summary.acknowledged_count = known.count();
  shared.summary.no_subscriber_count = known.no_subscriber_count();
  shared.replayed = answer.replayed;
  if (!known.complete()) shared.resume_token = TokenOf(run);
  return shared;
}

KeyedPublisher::Ending KeyedPublisher::Refused(const Run& run, Refusal refusal) {
  // What earlier calls have reached is said to those who go on in vain.
  if (!run->published && run->acknowledgements.count() == 0) return refusal;
  const bool overloaded = refusal == Refusal::kOverloaded;
  return OutOfTime(run, overloaded ? Failure::kOverloaded : Failure::kUnreachable);
}

std::string KeyedPublisher::TokenOf(const Run& run) {
  return MakeResumeToken(run->id, *run->token_fingerprint, run->recipients, run->acknowledgements);
}

KeyedPublisher::Figures KeyedPublisher::figures() const {
  Figures figures;
  for (const auto& part : parts_) {
    const MutexLock lock(part->mutex);
    figures.held += part->running.size() + part->unfinished.size() + part->finished.size();
    figures.forgotten_early +=
        part->unfinished.forgotten_early() + part->finished.forgotten_early();
    figures.replays += part->replays;
    figures.joins += part->joins;
    figures.waiting += part->deadlines.size();
  }
  return figures;
}

}  // namespace dino::fanout
