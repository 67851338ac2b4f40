#include "server/mqtt/wire/packet_writer.h"

namespace dino::mqtt {
namespace {

constexpr char kPublish = 0x30;
constexpr char kPublishQos1 = 0x32;
constexpr char kPubAck = 0x40;
constexpr char kPubRec = 0x50;
constexpr char kPubComp = 0x70;
constexpr char kPingReq = static_cast<char>(0xC0);
constexpr char kDisconnect = static_cast<char>(0xE0);

void AppendByte(std::size_t number, std::string& out) { out += static_cast<char>(number & 0xFFU); }

}  // namespace

void AppendVarint(std::size_t number, std::string& out) {
  for (; number >= 128; number /= 128) AppendByte(number % 128 + 128, out);
  AppendByte(number, out);
}

void AppendUint16(std::size_t number, std::string& out) {
  AppendByte(number >> 8U, out);
  AppendByte(number, out);
}

void AppendUint32(std::uint32_t number, std::string& out) {
  AppendUint16(number >> 16U, out);
  AppendUint16(number, out);
}

void AppendText(std::string_view text, std::string& out) {
  AppendUint16(text.size(), out);
  out += text;
}

void AppendPublish(const PublishPacket& packet, std::string& out) {
  const bool acknowledged = packet.qos == Qos::kAtLeastOnce;
  const std::size_t remaining = 2 + packet.topic.size() + (acknowledged ? 2 : 0) +
                                packet.properties.size() + packet.payload.size();
  out += acknowledged ? kPublishQos1 : kPublish;
  AppendVarint(remaining, out);
  AppendText(packet.topic, out);
  if (acknowledged) AppendUint16(packet.packet_id, out);
  out += packet.properties;
  out += packet.payload;
}

void AppendPingReq(std::string& out) {
  out += kPingReq;
  AppendByte(0, out);
}

namespace {

void AppendAnswer(char first, std::uint16_t packet_id, std::uint8_t reason_code, std::string& out) {
  out += first;
  AppendByte(3, out);
  AppendUint16(packet_id, out);
  AppendByte(reason_code, out);
}

}  // namespace

void AppendPubAck(std::uint16_t packet_id, std::string& out) {
  out += kPubAck;
  AppendByte(2, out);
  AppendUint16(packet_id, out);
}

void AppendPubRec(std::uint16_t packet_id, std::uint8_t reason_code, std::string& out) {
  AppendAnswer(kPubRec, packet_id, reason_code, out);
}

void AppendPubComp(std::uint16_t packet_id, std::uint8_t reason_code, std::string& out) {
  AppendAnswer(kPubComp, packet_id, reason_code, out);
}

void AppendDisconnect(std::uint8_t reason_code, std::string& out) {
  out += kDisconnect;
  AppendByte(2, out);
  AppendByte(reason_code, out);
  AppendByte(0, out);  // No properties.
}

}  // namespace dino::mqtt
