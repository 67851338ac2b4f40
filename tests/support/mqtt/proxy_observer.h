#ifndef DINO_TESTS_SUPPORT_MQTT_PROXY_OBSERVER_H_
#define DINO_TESTS_SUPPORT_MQTT_PROXY_OBSERVER_H_

#include <cstdint>

#include "tests/support/mqtt/mqtt_packet.h"

namespace dino::testing {

// Told, on the proxy's thread, what passes a `FaultProxy`. No two connections of a process have one
// number.
class ProxyObserver {
 public:
  ProxyObserver() = default;
  ProxyObserver(const ProxyObserver&) = delete;
  ProxyObserver& operator=(const ProxyObserver&) = delete;

  // A publication with QoS 1 comes from the client, before the broker sees it.
  virtual void OnPublish(std::uint64_t connection, const Publish& publication) = 0;
  // The broker has answered it, before the client sees that.
  virtual void OnAnswer(const Publish& publication, std::uint8_t reason_code) = 0;
  // The connection has ended.
  virtual void OnEnd(std::uint64_t connection) = 0;

 protected:
  ~ProxyObserver() = default;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PROXY_OBSERVER_H_
