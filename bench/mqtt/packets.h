#ifndef DINO_BENCH_MQTT_PACKETS_H_
#define DINO_BENCH_MQTT_PACKETS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// The parts of MQTT v5 that benchmarks need, written for speed.
namespace dino::bench {

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnAck = 2,
  kPublish = 3,
  kPubAck = 4,
  kPingReq = 12,
  kPingResp = 13,
  kDisconnect = 14,
};

// A packet in a buffer.
struct Frame {
  PacketType type = PacketType::kConnect;
  // The lower half of the first byte.
  std::uint8_t flags = 0;
  // What follows the fixed header.
  std::string_view body;
  // Of the whole packet.
  std::size_t size = 0;
};

// Finds the packet at the start of `bytes`; nothing if more bytes are needed. `InvalidArgument` if
// its length breaks the specification or exceeds a mebibyte.
absl::StatusOr<std::optional<Frame>> NextFrame(std::string_view bytes);

// REQUIRES: bytes.size() >= 2.
std::uint16_t ReadUint16(std::string_view bytes);

// The packet ID of a PUBACK; an error if its reason code is one.
absl::StatusOr<std::uint16_t> ReadPubAck(const Frame& frame);

// Clean start, no keep alive, no properties.
std::string EncodeConnect(std::string_view client_id);

// A PUBLISH with QoS 1 as the bridge sends it, constant except for user and packet ID. Encoded
// once, so that another costs only a copy.
class PublishTemplate {
 public:
  explicit PublishTemplate(std::size_t payload_bytes);

  // Appends the packet for `dms/dev/<user>`. REQUIRES: user has seven digits, packet_id != 0.
  void AppendTo(std::string& out, std::uint32_t user, std::uint16_t packet_id) const;

  std::size_t size() const { return packet_.size(); }

 private:
  std::string packet_;
  // Where the user's digits and the packet ID begin.
  std::size_t user_at_ = 0;
  std::size_t packet_id_at_ = 0;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_PACKETS_H_
