#include "server/fanout/publication_meter.h"

#include <utility>

namespace dino::fanout {

PublicationMeter::PublicationMeter(std::vector<std::string_view> kinds)
    : kinds_(std::move(kinds)),
      ended_(kinds_.size() * kPlaces),
      recipients_({1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}) {}

void PublicationMeter::Ended(std::size_t kind,
                             const std::vector<mqtt::PublicationOutcome>& outcomes,
                             const Acknowledgements* earlier) {
  std::array<std::uint64_t, kPlaces> counts{};
  for (const mqtt::PublicationOutcome& outcome : outcomes) {
    ++counts[static_cast<std::size_t>(outcome.outcome)];
  }
  if (earlier != nullptr) {
    const std::uint32_t no_subscriber = earlier->no_subscriber_count();
    counts[static_cast<std::size_t>(mqtt::Outcome::kNoSubscriber)] -= no_subscriber;
    counts[static_cast<std::size_t>(mqtt::Outcome::kAcknowledged)] -=
        earlier->count() - no_subscriber;
  }
  for (std::size_t place = 0; place < counts.size(); ++place) {
    if (counts[place] > 0) ended_.Add(kind * kPlaces + place, counts[place]);
  }
}

}  // namespace dino::fanout
