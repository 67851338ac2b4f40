#ifndef DINO_SERVER_MQTT_SESSION_STANDBYS_H_
#define DINO_SERVER_MQTT_SESSION_STANDBYS_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "server/mqtt/session/broker_map.h"

namespace dino::mqtt {

// The sessions that serve the users of one that cannot, as they were at one moment: who serves a
// user stays the same until the users come home. Immutable.
class Standbys {
 public:
  // Nobody.
  Standbys() = default;
  // One for all.
  explicit Standbys(std::uint32_t session) : sessions_{session} {}
  // One for each broker of a map, in its order.
  Standbys(std::shared_ptr<const BrokerMap> map, std::vector<std::uint32_t> sessions)
      : map_(std::move(map)), sessions_(std::move(sessions)) {}

  bool empty() const { return sessions_.empty(); }
  const std::vector<std::uint32_t>& sessions() const { return sessions_; }
  bool Has(std::uint32_t session) const {
    return std::find(sessions_.begin(), sessions_.end(), session) != sessions_.end();
  }

  // REQUIRES: !empty().
  std::uint32_t For(std::uint64_t route_key) const {
    return sessions_.size() == 1 ? sessions_.front() : sessions_[map_->For(route_key)];
  }

 private:
  std::shared_ptr<const BrokerMap> map_;
  std::vector<std::uint32_t> sessions_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_STANDBYS_H_
