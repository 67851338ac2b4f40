#ifndef DINO_SERVER_MQTT_SESSION_BROKER_MAP_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "server/mqtt/publisher.h"

namespace dino::mqtt {

// Answers which broker a user belongs to: rendezvous hashing over a set of brokers, so that whoever
// has the same set, in whatever order, comes to the same broker, and when one goes only its users
// move. The hashes are part of the contract between versions: replicas of two versions run side by
// side.
//
// A table, made once for a set: a look-up costs the same however many brokers there are.
class BrokerMap {
 public:
  // `brokers`: their identities, at least one and at most 65,536, no two alike.
  explicit BrokerMap(const std::vector<std::string>& brokers);

  // The place in `brokers` of the broker for publications with this route key.
  std::size_t For(std::uint64_t route_key) const { return table_[route_key % kBuckets]; }

  static constexpr std::size_t kBuckets = Routes::kBuckets;

 private:
  std::array<std::uint16_t, kBuckets> table_{};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_MAP_H_
