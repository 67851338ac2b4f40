#ifndef DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
#define DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "server/fanout/recipients.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Which recipients of an event the broker has acknowledged, known by their place in the
// request.
//
// Two bits a recipient; up to 64 recipients need no memory beside the object, and neither do
// any number of which all were acknowledged alike. Not thread-safe.
class Acknowledgements {
 public:
  explicit Acknowledgements(std::uint32_t recipient_count);

  // Records an acknowledgement. A second one changes nothing.
  //
  // REQUIRES: index < recipient_count; mqtt::IsAcknowledged(outcome).
  void Add(std::uint32_t index, mqtt::Outcome outcome);

  bool Has(std::uint32_t index) const;
  // How an acknowledged recipient ended.
  //
  // REQUIRES: Has(index).
  mqtt::PublicationOutcome OutcomeOf(std::uint32_t index) const;

  // Those of `recipients` that are not acknowledged yet, in their order.
  //
  // REQUIRES: recipients.size() == recipient_count().
  Recipients Missing(const Recipients& recipients) const;

  // How all recipients ended, if the missing ones ended like this.
  std::vector<mqtt::PublicationOutcome> All(const mqtt::PublicationOutcome& missing) const;
  // How all recipients ended, if the missing ones ended like these, in their order. Adds those that
  // are acknowledged.
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
  // Two bits a recipient: acknowledged, and that without a subscriber. Empty once the counts
  // say it all.
  absl::InlinedVector<std::uint64_t, 2> bits_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_ACKNOWLEDGEMENTS_H_
