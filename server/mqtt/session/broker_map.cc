#include "server/mqtt/session/broker_map.h"

#include "server/base/stable_hash.h"

namespace dino::mqtt {

BrokerMap::BrokerMap(const std::vector<std::string>& brokers) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(brokers.size());
  for (const std::string& broker : brokers) hashes.push_back(StableHash(broker));
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    std::size_t best = 0;
    std::uint64_t best_score = 0;
    for (std::size_t broker = 0; broker < brokers.size(); ++broker) {
      const std::uint64_t score = Mix(hashes[broker] ^ Mix(bucket + 1));
      // Of two that are equal the name decides, whose order is the same everywhere.
      if (broker == 0 || score > best_score ||
          (score == best_score && brokers[broker] < brokers[best])) {
        best = broker;
        best_score = score;
      }
    }
    table_[bucket] = static_cast<std::uint16_t>(best);
  }
}

}  // namespace dino::mqtt
