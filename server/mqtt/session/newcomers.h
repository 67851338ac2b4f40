#ifndef DINO_SERVER_MQTT_SESSION_NEWCOMERS_H_
#define DINO_SERVER_MQTT_SESSION_NEWCOMERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "server/mqtt/session/broker_map.h"

namespace dino::mqtt {

// Answers which users belong to brokers that came after the start, or did once. Who is among them
// stays among them, whatever comes and goes. Immutable.
class Newcomers {
 public:
  // A map of all brokers that there ever were, of which those from `first` on came later.
  Newcomers(std::shared_ptr<const BrokerMap> map, std::size_t first)
      : map_(std::move(map)), first_(first) {}

  bool Has(std::uint64_t route_key) const { return map_->For(route_key) >= first_; }

  friend bool operator==(const Newcomers& a, const Newcomers& b) { return a.map_ == b.map_; }

 private:
  std::shared_ptr<const BrokerMap> map_;
  std::size_t first_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_NEWCOMERS_H_
