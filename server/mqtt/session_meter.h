#ifndef DINO_SERVER_MQTT_SESSION_METER_H_
#define DINO_SERVER_MQTT_SESSION_METER_H_

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
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_METER_H_
