#ifndef DINO_SERVER_MQTT_WIRE_CONNACK_H_
#define DINO_SERVER_MQTT_WIRE_CONNACK_H_

#include <cstdint>
#include <optional>
#include <string>

namespace dino::mqtt {

// What a broker announces when it accepts or refuses a connection. Its texts are fit for a log.
struct ConnAck {
  std::uint8_t reason_code = 0;
  // How many publications the broker takes without having acknowledged them.
  std::uint16_t receive_maximum = 65535;
  // The highest QoS of a publication that it takes.
  std::uint8_t maximum_qos = 2;
  // The largest packet that it takes; 0 for any.
  std::uint32_t maximum_packet_size = 0;
  // In seconds, in the place of what we asked for.
  std::optional<std::uint16_t> server_keep_alive = std::nullopt;
  // The client ID that it gave the connection in the place of ours; empty if it did not.
  std::string assigned_client_id = {};
  // Its reason in words, and another server to use; empty if it named none.
  std::string reason_string = {};
  std::string server_reference = {};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_CONNACK_H_
