#ifndef DINO_SERVER_FANOUT_PUBLICATION_METER_H_
#define DINO_SERVER_FANOUT_PUBLICATION_METER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/base/counters.h"
#include "server/base/histogram.h"
#include "server/fanout/acknowledgements.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Counts publications by kind of event and outcome. Once nothing is pending, as many have ended as
// events had recipients. Thread-safe.
class PublicationMeter {
 public:
  struct NamedOutcome {
    mqtt::Outcome outcome;
    std::string_view name;
  };
  // All but `kPending`.
  static constexpr std::array<NamedOutcome, 5> kOutcomes = {
      {{mqtt::Outcome::kAcknowledged, "acknowledged"},
       {mqtt::Outcome::kNoSubscriber, "no_subscriber"},
       {mqtt::Outcome::kRejected, "rejected"},
       {mqtt::Outcome::kNotSent, "not_sent"},
       {mqtt::Outcome::kUnknown, "unknown"}}};

  // `kinds` names the kinds of events; at least one.
  explicit PublicationMeter(std::vector<std::string_view> kinds);

  // Publishing to this many recipients begins.
  void Began(std::size_t recipients) { recipients_.Observe(recipients); }

  // An event of this kind has ended with these outcomes, of which nothing was published for the
  // `earlier` ones; null for none.
  //
  // REQUIRES: kind < kinds().size().
  void Ended(std::size_t kind, const std::vector<mqtt::PublicationOutcome>& outcomes,
             const Acknowledgements* earlier = nullptr);

  // So many recipients were spared by a resume token.
  void Resumed(std::size_t recipients) {
    resumed_.fetch_add(recipients, std::memory_order_relaxed);
  }
  std::uint64_t resumed() const { return resumed_.load(std::memory_order_relaxed); }

  const std::vector<std::string_view>& kinds() const { return kinds_; }
  std::uint64_t ended(std::size_t kind, mqtt::Outcome outcome) const {
    return ended_.Get(kind * kPlaces + static_cast<std::size_t>(outcome));
  }
  // Recipients per event.
  const Histogram& recipients() const { return recipients_; }

 private:
  // One for each outcome, `kPending` included.
  static constexpr std::size_t kPlaces = kOutcomes.size() + 1;

  const std::vector<std::string_view> kinds_;
  Counters ended_;
  Histogram recipients_;
  std::atomic<std::uint64_t> resumed_{0};
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_PUBLICATION_METER_H_
