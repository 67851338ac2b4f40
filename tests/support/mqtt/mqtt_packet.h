#ifndef DINO_TESTS_SUPPORT_MQTT_MQTT_PACKET_H_
#define DINO_TESTS_SUPPORT_MQTT_MQTT_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

// The MQTT v5 packets that a broker exchanges with a publisher, written from the OASIS
// specification: tests check the server's library against it, not against itself.
namespace dino::testing {

using UserProperties = std::vector<std::pair<std::string, std::string>>;

// ---- What a publisher sends.

struct Connect {
  std::string client_id;
  bool clean_start = false;
  std::uint16_t keep_alive = 0;
  std::optional<std::uint32_t> session_expiry;
  std::optional<std::uint16_t> receive_maximum;
  std::optional<std::uint32_t> maximum_packet_size;
  std::optional<std::string> username;
  std::optional<std::string> password;
};

struct Publish {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  bool duplicate = false;
  // 0 with QoS 0.
  std::uint16_t packet_id = 0;
  std::optional<std::uint8_t> payload_format;
  std::optional<std::uint32_t> message_expiry;
  std::optional<std::string> content_type;
  UserProperties user_properties;
};

struct PingReq {};

// How much of a packet's optional end is written.
enum class Form {
  // As little as possible: reason code 0x00 is left out.
  kShort,
  // The reason code, but no properties.
  kReasonCode,
  // The reason code and properties (a reason string).
  kLong,
};

// Sent by both sides.
struct Disconnect {
  std::uint8_t reason_code = 0;
  Form form = Form::kShort;
};

// ---- What a broker sends.

struct ConnAck {
  std::uint8_t reason_code = 0;
  bool session_present = false;
  std::optional<std::uint16_t> receive_maximum;
  std::optional<std::uint8_t> maximum_qos;
  std::optional<std::uint32_t> maximum_packet_size;
  std::optional<std::uint16_t> server_keep_alive;
  std::optional<std::string> assigned_client_id;
  std::optional<std::string> reason_string;
};

struct PubAck {
  std::uint16_t packet_id = 0;
  std::uint8_t reason_code = 0;
  Form form = Form::kShort;
};

struct PingResp {};

std::string Encode(const ConnAck& packet);
std::string Encode(const PubAck& packet);
std::string Encode(const PingResp& packet);
std::string Encode(const Disconnect& packet);

// ---- Decoding.

using Packet = std::variant<Connect, Publish, PingReq, Disconnect>;

struct DecodedPacket {
  Packet packet;
  // How many bytes it took.
  std::size_t size = 0;
};

// Decodes the packet at the start of `bytes`; nothing if more bytes are needed. `InvalidArgument`
// if the bytes break the specification, `Unimplemented` if publishers do not use such packets.
absl::StatusOr<std::optional<DecodedPacket>> DecodePacket(std::string_view bytes);

// The packet's name as the specification writes it, such as `PUBLISH`.
std::string_view PacketName(const Packet& packet);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_MQTT_PACKET_H_
