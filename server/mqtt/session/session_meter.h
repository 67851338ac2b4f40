#ifndef DINO_SERVER_MQTT_SESSION_SESSION_METER_H_
#define DINO_SERVER_MQTT_SESSION_SESSION_METER_H_

#include <atomic>
#include <cstddef>

#include "server/base/histogram.h"

namespace dino::mqtt {

// What sessions measure, all of them together. Thread-safe.
struct SessionMeter {
  // From each PUBLISH with QoS 1 to its PUBACK, whatever that says.
  Histogram puback{LatencyBounds()};
  // How many publications await their PUBACK, or to be sent again.
  std::atomic<std::size_t> in_flight{0};

  // One session has `now` in flight; `before` is what it said last.
  void UpdateInFlight(std::size_t now, std::size_t& before) {
    if (now == before) return;
    // Wraps round if there are fewer.
    in_flight.fetch_add(now - before, std::memory_order_relaxed);
    before = now;
  }
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_SESSION_METER_H_
