#ifndef DINO_TESTS_SIMULATOR_BROKER_PACKETS_H_
#define DINO_TESTS_SIMULATOR_BROKER_PACKETS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dino::simulator {

// MQTT v5 packets, written from the text of the standard (chapter 3): what a broker reads and
// writes, and what little a client needs before its connection stands. Shares no code with the
// bridge, so that it cannot share a mistake with it.

enum class PacketType : std::uint8_t {
  kConnect = 1,
  kConnAck = 2,
  kPublish = 3,
  kPubAck = 4,
  kPingReq = 12,
  kPingResp = 13,
  kDisconnect = 14,
};

struct Packet {
  PacketType type = PacketType::kConnect;
  std::uint8_t flags = 0;
  // What follows the length.
  std::string body;
};

// Cuts a stream of bytes into packets.
class PacketSplitter {
 public:
  void Add(std::string_view bytes) { bytes_ += bytes; }
  // The next packet that is whole; none if there is none.
  std::optional<Packet> Next();
  void Clear();

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

// Whether these bytes begin with a whole packet.
bool IsWholePacket(std::string_view bytes);

struct Publish {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retain = false;
  std::uint16_t packet_id = 0;
  // In seconds, 0 for none.
  std::uint32_t expiry = 0;
};

// What these packets say; none if they break the standard.
std::optional<std::string> ParseConnect(const Packet& packet);  // The client ID.
std::optional<Publish> ParsePublish(const Packet& packet);

struct PubAck {
  std::uint16_t packet_id = 0;
  std::uint8_t reason_code = 0;
};
std::optional<PubAck> ParsePubAck(const Packet& packet);

std::string ConnectPacket(std::string_view client_id, std::chrono::seconds keep_alive);
std::string ConnAckPacket(std::uint8_t reason_code, std::uint16_t receive_maximum,
                          std::uint8_t maximum_qos);
std::string PubAckPacket(std::uint16_t packet_id, std::uint8_t reason_code);
std::string PublishPacket(std::string_view topic, int qos, std::uint16_t packet_id);
std::string PingRespPacket();
std::string DisconnectPacket(std::uint8_t reason_code);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BROKER_PACKETS_H_
