#include "server/fanout/acknowledgements.h"

namespace dino::fanout {
namespace {

std::size_t WordsFor(std::uint32_t recipient_count) {
  return (std::size_t{recipient_count} + 63) / 64;
}

std::size_t HeapBytes(const Acknowledgements::Words& words) {
  return words.size() > 1 ? words.capacity() * sizeof(words.front()) : 0;
}

}  // namespace

Acknowledgements::Acknowledgements(std::uint32_t recipient_count)
    : recipient_count_(recipient_count), acknowledged_(WordsFor(recipient_count)) {}

Acknowledgements::Acknowledgements(const std::vector<mqtt::PublicationOutcome>& outcomes)
    : Acknowledgements(static_cast<std::uint32_t>(outcomes.size())) {
  for (std::uint32_t place = 0; place < recipient_count_; ++place) {
    if (mqtt::IsAcknowledged(outcomes[place].outcome)) Add(place, outcomes[place].outcome);
  }
}

void Acknowledgements::Add(std::uint32_t place, mqtt::Outcome outcome) {
  if (Has(place)) return;
  const std::uint64_t bit = std::uint64_t{1} << place % 64;
  acknowledged_[place / 64] |= bit;
  ++count_;
  if (outcome != mqtt::Outcome::kNoSubscriber) return;
  no_subscriber_.resize(acknowledged_.size());
  no_subscriber_[place / 64] |= bit;
  ++no_subscriber_count_;
}

void Acknowledgements::AddAll(const Acknowledgements& others) {
  if (count_ == 0) {
    *this = others;
    return;
  }
  for (std::uint32_t place = 0; place < recipient_count_; ++place) {
    if (others.Has(place)) Add(place, others.OutcomeOf(place).outcome);
  }
}

mqtt::PublicationOutcome Acknowledgements::OutcomeOf(std::uint32_t place) const {
  const bool no_subscriber = !no_subscriber_.empty() && Bit(no_subscriber_, place);
  mqtt::PublicationOutcome outcome;
  outcome.outcome = no_subscriber ? mqtt::Outcome::kNoSubscriber : mqtt::Outcome::kAcknowledged;
  outcome.reason_code = mqtt::ReasonCodeOf(outcome.outcome);
  return outcome;
}

std::vector<mqtt::PublicationOutcome> Acknowledgements::All(
    const mqtt::PublicationOutcome& missing) const {
  std::vector<mqtt::PublicationOutcome> all;
  all.reserve(recipient_count_);
  for (std::uint32_t place = 0; place < recipient_count_; ++place) {
    all.push_back(Has(place) ? OutcomeOf(place) : missing);
  }
  return all;
}

std::size_t Acknowledgements::bytes() const {
  return HeapBytes(acknowledged_) + HeapBytes(no_subscriber_);
}

}  // namespace dino::fanout
