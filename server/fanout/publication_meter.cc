#include "server/fanout/publication_meter.h"

#include <utility>

#include "server/mqtt/reason_code.h"

namespace dino::fanout {
namespace {

using End = PublicationMeter::End;

// Of a publication that was not acknowledged.
End FailureOf(const mqtt::Settlement& settlement) {
  switch (settlement.outcome) {
    case mqtt::Outcome::kRejected:
      return End::kRejected;
    case mqtt::Outcome::kNotSent:
      return End::kNotSent;
    case mqtt::Outcome::kAcknowledged:
    case mqtt::Outcome::kPending:
    case mqtt::Outcome::kUnknown:
      break;
  }
  return End::kUnknown;
}

}  // namespace

PublicationMeter::PublicationMeter(std::vector<std::string_view> kinds)
    : kinds_(std::move(kinds)),
      ends_(kinds_.size() * kEndNames.size()),
      recipients_({1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000}) {}

void PublicationMeter::Ended(std::size_t kind, const std::vector<mqtt::Settlement>& settlements) {
  std::array<std::uint64_t, kEndNames.size()> counts{};
  std::uint64_t acknowledged = 0;
  std::uint64_t without_subscriber = 0;
  for (const mqtt::Settlement& settlement : settlements) {
    if (settlement.outcome == mqtt::Outcome::kAcknowledged) {
      ++acknowledged;
      without_subscriber += settlement.reason_code == mqtt::kNoMatchingSubscribers ? 1 : 0;
    } else {
      ++counts[static_cast<std::size_t>(FailureOf(settlement))];
    }
  }
  counts[static_cast<std::size_t>(End::kAcknowledged)] = acknowledged - without_subscriber;
  counts[static_cast<std::size_t>(End::kNoSubscriber)] = without_subscriber;
  for (std::size_t end = 0; end < counts.size(); ++end) {
    if (counts[end] > 0) ends_.Add(IndexOf(kind, static_cast<End>(end)), counts[end]);
  }
}

}  // namespace dino::fanout
