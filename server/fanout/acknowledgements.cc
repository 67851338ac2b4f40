#include "server/fanout/acknowledgements.h"

namespace dino::fanout {
namespace {

constexpr std::size_t kWordBits = 64;

}  // namespace

Acknowledgements::Acknowledgements(std::uint32_t recipient_count)
    : recipient_count_(recipient_count),
      bits_((std::size_t{2} * recipient_count + kWordBits - 1) / kWordBits) {}

void Acknowledgements::Add(std::uint32_t index, mqtt::Outcome outcome) {
  if (Has(index)) return;
  const bool no_subscriber = outcome == mqtt::Outcome::kNoSubscriber;
  const std::size_t bit = std::size_t{2} * index;
  bits_[bit / kWordBits] |= (no_subscriber ? 3UL : 1UL) << bit % kWordBits;
  ++count_;
  if (no_subscriber) ++no_subscriber_count_;
  if (complete() && (no_subscriber_count_ == 0 || no_subscriber_count_ == count_)) {
    bits_.clear();
    bits_.shrink_to_fit();
  }
}

bool Acknowledgements::Has(std::uint32_t index) const {
  return complete() || Bit(std::size_t{2} * index);
}

mqtt::PublicationOutcome Acknowledgements::OutcomeOf(std::uint32_t index) const {
  mqtt::PublicationOutcome outcome;
  outcome.outcome =
      NoSubscriber(index) ? mqtt::Outcome::kNoSubscriber : mqtt::Outcome::kAcknowledged;
  outcome.reason_code = mqtt::ReasonCodeOf(outcome.outcome);
  return outcome;
}

Recipients Acknowledgements::Missing(const Recipients& recipients) const {
  return recipients.Only(
      [this](std::size_t index) { return !Has(static_cast<std::uint32_t>(index)); });
}

std::vector<mqtt::PublicationOutcome> Acknowledgements::All(
    const mqtt::PublicationOutcome& missing) const {
  std::vector<mqtt::PublicationOutcome> all;
  all.reserve(recipient_count_);
  for (std::uint32_t i = 0; i < recipient_count_; ++i) {
    all.push_back(Has(i) ? OutcomeOf(i) : missing);
  }
  return all;
}

std::vector<mqtt::PublicationOutcome> Acknowledgements::Merge(
    const std::vector<mqtt::PublicationOutcome>& missing) {
  std::vector<mqtt::PublicationOutcome> all;
  all.reserve(recipient_count_);
  auto next = missing.begin();
  for (std::uint32_t i = 0; i < recipient_count_; ++i) {
    if (Has(i)) {
      all.push_back(OutcomeOf(i));
    } else {
      if (mqtt::IsAcknowledged(next->outcome)) Add(i, next->outcome);
      all.push_back(*next++);
    }
  }
  return all;
}

bool Acknowledgements::NoSubscriber(std::uint32_t index) const {
  if (bits_.empty()) return no_subscriber_count_ > 0;
  return Bit(std::size_t{2} * index + 1);
}

bool Acknowledgements::Bit(std::size_t bit) const {
  return (bits_[bit / kWordBits] >> bit % kWordBits & 1U) != 0;
}

}  // namespace dino::fanout
