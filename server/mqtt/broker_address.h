#ifndef DINO_SERVER_MQTT_BROKER_ADDRESS_H_
#define DINO_SERVER_MQTT_BROKER_ADDRESS_H_

#include <cstdint>
#include <string>

namespace dino::mqtt {

// Where a broker listens.
struct BrokerAddress {
  // A name or a numeric address, IPv6 without brackets.
  std::string host;
  std::uint16_t port = 1883;

  // "host:port", IPv6 in brackets.
  std::string ToString() const;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_BROKER_ADDRESS_H_
