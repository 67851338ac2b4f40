#ifndef DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
#define DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// The recipients of an event that the broker has acknowledged, by their places in a list.
//
// Takes a bit a recipient, and another one if some have no subscriber. Up to 64 recipients need no
// memory beside the object. Not thread-safe.
class Acknowledgements {
 public:
  // Bits by place, 64 to a word.
  using Words = absl::InlinedVector<std::uint64_t, 1>;

  explicit Acknowledgements(std::uint32_t recipient_count);
  // Those of these outcomes that are acknowledgements.
  explicit Acknowledgements(const std::vector<mqtt::PublicationOutcome>& outcomes);

  // Records an acknowledgement. A second one changes nothing.
  //
  // REQUIRES: place < recipient_count(); mqtt::IsAcknowledged(outcome).
  void Add(std::uint32_t place, mqtt::Outcome outcome);
  // Records all of `others`, which has as many recipients.
  void AddAll(const Acknowledgements& others);

  bool Has(std::uint32_t place) const { return Bit(acknowledged_, place); }
  // The outcome of an acknowledged recipient.
  //
  // REQUIRES: Has(place).
  mqtt::PublicationOutcome OutcomeOf(std::uint32_t place) const;
  // The outcomes of all recipients, with this one for the missing.
  std::vector<mqtt::PublicationOutcome> All(const mqtt::PublicationOutcome& missing) const;

  std::uint32_t recipient_count() const { return recipient_count_; }
  std::uint32_t count() const { return count_; }
  std::uint32_t no_subscriber_count() const { return no_subscriber_count_; }
  bool complete() const { return count_ == recipient_count_; }

  // Who is acknowledged; and who of them without a subscriber, empty for nobody.
  const Words& acknowledged() const { return acknowledged_; }
  const Words& no_subscriber() const { return no_subscriber_; }

  // What it takes beside the object.
  std::size_t bytes() const;

 private:
  static bool Bit(const Words& words, std::uint32_t place) {
    return (words[place / 64] >> place % 64 & 1U) != 0;
  }

  std::uint32_t recipient_count_;
  std::uint32_t count_ = 0;
  std::uint32_t no_subscriber_count_ = 0;
  Words acknowledged_;
  Words no_subscriber_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
