#ifndef DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
#define DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "server/fanout/recipients.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// The recipients of an event that the broker has acknowledged, by their index in the request.
//
// Takes two bits a recipient. Up to 64 recipients need no memory beside the object, nor does any
// number of recipients once all were acknowledged with the same outcome. Not thread-safe.
class Acknowledgements {
 public:
  explicit Acknowledgements(std::uint32_t recipient_count);

  // Records an acknowledgement. A second one changes nothing.
  //
  // REQUIRES: index < recipient_count; mqtt::IsAcknowledged(outcome).
  void Add(std::uint32_t index, mqtt::Outcome outcome);

  bool Has(std::uint32_t index) const;
  // The outcome of an acknowledged recipient.
  //
  // REQUIRES: Has(index).
  mqtt::PublicationOutcome OutcomeOf(std::uint32_t index) const;

  // The `recipients` that are not acknowledged yet, in order.
  //
  // REQUIRES: recipients.size() == recipient_count().
  Recipients Missing(const Recipients& recipients) const;

  // The outcomes of all recipients, with this one for the missing.
  std::vector<mqtt::PublicationOutcome> All(const mqtt::PublicationOutcome& missing) const;
  // The outcomes of all recipients, with these for the missing, in order. Adds the acknowledged
  // ones.
  std::vector<mqtt::PublicationOutcome> Merge(const std::vector<mqtt::PublicationOutcome>& missing);

  std::uint32_t recipient_count() const { return recipient_count_; }
  std::uint32_t count() const { return count_; }
  std::uint32_t no_subscriber_count() const { return no_subscriber_count_; }
  bool complete() const { return count_ == recipient_count_; }

 private:
  bool Bit(std::size_t bit) const;
  bool NoSubscriber(std::uint32_t index) const;

  std::uint32_t recipient_count_;
  std::uint32_t count_ = 0;
  std::uint32_t no_subscriber_count_ = 0;
  // Two bits a recipient: acknowledged, and without a subscriber. Empty once the counts suffice.
  absl::InlinedVector<std::uint64_t, 2> bits_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
