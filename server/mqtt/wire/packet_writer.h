#ifndef DINO_SERVER_MQTT_WIRE_PACKET_WRITER_H_
#define DINO_SERVER_MQTT_WIRE_PACKET_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Writes the packets that we send once a connection stands, as MQTT v5 has them (chapter 3 of the
// standard), behind what is in a buffer.

struct PublishPacket {
  // UTF-8, without wildcards; at most 65535 bytes.
  std::string_view topic;
  Qos qos = Qos::kAtLeastOnce;
  // Not 0. Only written with QoS 1.
  std::uint16_t packet_id = 0;
  // With the length in front of them.
  std::string_view properties;
  std::string_view payload;
};

void AppendPublish(const PublishPacket& packet, std::string& out);
void AppendPingReq(std::string& out);
// The answers to a PUBLISH with QoS 1, to one with QoS 2, and to PUBREL.
void AppendPubAck(std::uint16_t packet_id, std::string& out);
void AppendPubRec(std::uint16_t packet_id, std::uint8_t reason_code, std::string& out);
void AppendPubComp(std::uint16_t packet_id, std::uint8_t reason_code, std::string& out);
void AppendDisconnect(std::uint8_t reason_code, std::string& out);

// Parts of packets.
void AppendVarint(std::size_t number, std::string& out);
void AppendUint16(std::size_t number, std::string& out);
void AppendUint32(std::uint32_t number, std::string& out);
// With its length in front.
void AppendText(std::string_view text, std::string& out);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PACKET_WRITER_H_
