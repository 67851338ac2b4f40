#ifndef DINO_SERVER_FANOUT_PUBLICATION_METER_H_
#define DINO_SERVER_FANOUT_PUBLICATION_METER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/base/counters.h"
#include "server/base/histogram.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// What becomes of publications, by the kind of their event: once nothing is pending, as many have
// ended as events had recipients. Thread-safe.
class PublicationMeter {
 public:
  enum class End : std::uint8_t { kAcknowledged, kNoSubscriber, kRejected, kNotSent, kUnknown };
  // Their names, in that order.
  static constexpr std::array<std::string_view, 5> kEndNames = {"acknowledged", "no_subscriber",
                                                                "rejected", "not_sent", "unknown"};

  // `kinds` names the kinds of events; at least one.
  explicit PublicationMeter(std::vector<std::string_view> kinds);

  // An event is published to so many recipients.
  void Began(std::size_t recipients) { recipients_.Observe(recipients); }

  // An event of this kind has ended so.
  //
  // REQUIRES: kind < kinds().size().
  void Ended(std::size_t kind, const std::vector<mqtt::Settlement>& settlements);

  const std::vector<std::string_view>& kinds() const { return kinds_; }
  std::uint64_t ended(std::size_t kind, End end) const { return ends_.Get(IndexOf(kind, end)); }
  // How many recipients events had.
  const Histogram& recipients() const { return recipients_; }

 private:
  static std::size_t IndexOf(std::size_t kind, End end) {
    return kind * kEndNames.size() + static_cast<std::size_t>(end);
  }

  const std::vector<std::string_view> kinds_;
  Counters ends_;
  Histogram recipients_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_PUBLICATION_METER_H_
