#ifndef DINO_TESTS_SUPPORT_MQTT_TAMPERER_H_
#define DINO_TESTS_SUPPORT_MQTT_TAMPERER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/mqtt/mqtt_packet.h"

namespace dino::testing {

// What is done to a connection's publications without either side noticing.
enum class Tampering {
  kNone,
  // The next publication is acknowledged and does not reach the broker.
  kLoseOne,
  // The next publication reaches the broker after the one that follows it on its topic.
  kSwapTwo,
  // The next publication reaches the broker twice.
  kDoubleOne,
};

// Sits in an MQTT connection and tampers with one event, which a checker of what was received must
// find.
//
// Only publications of QoS 1 are touched. What it adds has the packet identifier 65535, which
// the publisher must not reach. Not thread-safe.
class Tamperer {
 public:
  // Packets to be passed on.
  struct Passed {
    std::vector<std::string> to_broker;
    std::vector<std::string> to_client;
  };

  // Tampers once, with the next publication to `topic`.
  void Arm(Tampering what, std::string topic);

  // Takes packets of one side.
  Passed FromClient(std::string packet);
  Passed FromBroker(std::string packet);

  // True once it has tampered.
  bool done() const { return done_; }

 private:
  Tampering what_ = Tampering::kNone;
  std::string topic_;
  // With `kSwapTwo`, the first of both until the second arrives.
  std::string held_back_;
  bool done_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_TAMPERER_H_
