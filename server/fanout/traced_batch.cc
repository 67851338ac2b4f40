#include "server/fanout/traced_batch.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dino::fanout {

void TracedBatch::Settle(const mqtt::Chunk& chunk, std::uint32_t position,
                         mqtt::PublicationOutcome outcome) {
  {
    const MutexLock lock(mutex_);
    BrokerShare& share = by_session_[chunk.at];
    share.until = Clock::now();
    ++share.publications;
    if (mqtt::IsAcknowledged(outcome.outcome)) {
      ++share.acknowledged;
    } else if (share.reason_code == 0) {
      share.reason_code = outcome.reason_code;
    }
  }
  EventBatch::Settle(chunk, position, outcome);
}

std::vector<BrokerShare> TracedBatch::Shares(const mqtt::Publisher& publisher) const {
  absl::btree_map<std::string, BrokerShare> by_broker;
  {
    const MutexLock lock(mutex_);
    for (const auto& [session, of_session] : by_session_) {
      BrokerShare& share = by_broker[publisher.BrokerOf(session)];
      share.until = std::max(share.until, of_session.until);
      share.publications += of_session.publications;
      share.acknowledged += of_session.acknowledged;
      if (share.reason_code == 0) share.reason_code = of_session.reason_code;
    }
  }
  std::vector<BrokerShare> shares;
  for (auto& [broker, share] : by_broker) {
    share.broker = broker;
    share.from = from_;
    shares.push_back(std::move(share));
  }
  return shares;
}

}  // namespace dino::fanout
