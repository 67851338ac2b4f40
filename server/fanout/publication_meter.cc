#include "server/fanout/publication_meter.h"

#include <utility>

#include "server/mqtt/reason_code.h"

namespace dino::fanout {
namespace {

using End = PublicationMeter::End;

End EndOf(const mqtt::Settlement& settlement) {
  switch (settlement.outcome) {
    case mqtt::Outcome::kAcknowledged:
      return settlement.reason_code == mqtt::kNoMatchingSubscribers ? End::kNoSubscriber
                                                                    : End::kAcknowledged;
    case mqtt::Outcome::kRejected:
      return End::kRejected;
    case mqtt::Outcome::kNotSent:
      return End::kNotSent;
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
  for (const mqtt::Settlement& settlement : settlements) {
    ++counts[static_cast<std::size_t>(EndOf(settlement))];
  }
  for (std::size_t end = 0; end < counts.size(); ++end) {
    if (counts[end] > 0) ends_.Add(IndexOf(kind, static_cast<End>(end)), counts[end]);
  }
}

}  // namespace dino::fanout
