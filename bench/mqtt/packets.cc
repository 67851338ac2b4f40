#include "bench/mqtt/packets.h"

#include <cstring>

#include "absl/strings/str_format.h"

namespace dino::bench {
namespace {

constexpr std::size_t kMaxBodyBytes = 1048576;
constexpr int kLengthBits = 7;
constexpr unsigned kMoreLength = 0x80;
constexpr int kMaxLengthBytes = 4;
constexpr unsigned kFirstFailureCode = 0x80;
constexpr std::string_view kTopicPrefix = "dms/dev/";
constexpr std::size_t kUserDigits = 7;

void AppendUint16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8U));
  out.push_back(static_cast<char>(value & 0xFFU));
}

void AppendText(std::string& out, std::string_view text) {
  AppendUint16(out, text.size());
  out.append(text);
}

void AppendLength(std::string& out, std::size_t length) {
  while (length >= kMoreLength) {
    out.push_back(static_cast<char>((length % kMoreLength) | kMoreLength));
    length /= kMoreLength;
  }
  out.push_back(static_cast<char>(length));
}

std::string MakePacket(PacketType type, unsigned flags, std::string_view body) {
  std::string packet(1, static_cast<char>((static_cast<unsigned>(type) << 4U) | flags));
  AppendLength(packet, body.size());
  return packet.append(body);
}

// Those that the bridge sends.
std::string EventProperties() {
  std::string out("\x01\x01\x02\x00\x01\x51\x80", 7);  // UTF-8; expires after a day.
  out.push_back('\x03');
  AppendText(out, "application/json");
  out.push_back('\x26');
  AppendText(out, "event_id");
  AppendText(out, "00000000-0000-4000-8000-000000000000");
  out.push_back('\x26');
  AppendText(out, "event_type");
  AppendText(out, "message");
  return out;
}

}  // namespace

absl::StatusOr<std::optional<Frame>> NextFrame(std::string_view bytes) {
  std::size_t length = 0;
  for (int i = 0; i < kMaxLengthBytes; ++i) {
    const auto at = static_cast<std::size_t>(i) + 1;
    if (at >= bytes.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    length |= static_cast<std::size_t>(byte % kMoreLength)
              << static_cast<unsigned>(kLengthBits * i);
    if (length > kMaxBodyBytes) break;
    if (byte >= kMoreLength) continue;
    if (bytes.size() - at - 1 < length) return std::nullopt;
    const auto first = static_cast<unsigned char>(bytes[0]);
    return Frame{static_cast<PacketType>(first >> 4U), static_cast<std::uint8_t>(first & 0xFU),
                 bytes.substr(at + 1, length), at + 1 + length};
  }
  return absl::InvalidArgumentError("a packet's length is wrong, or over a mebibyte");
}

std::uint16_t ReadUint16(std::string_view bytes) {
  return static_cast<std::uint16_t>((static_cast<unsigned char>(bytes[0]) << 8U) |
                                    static_cast<unsigned char>(bytes[1]));
}

absl::StatusOr<std::uint16_t> ReadPubAck(const Frame& frame) {
  if (frame.body.size() < 2) return absl::InvalidArgumentError("a PUBACK without packet ID");
  const unsigned code = frame.body.size() > 2 ? static_cast<unsigned char>(frame.body[2]) : 0;
  if (code < kFirstFailureCode) return ReadUint16(frame.body);
  return absl::FailedPreconditionError(absl::StrFormat("the broker refused with 0x%02x", code));
}

std::string EncodeConnect(std::string_view client_id) {
  std::string body;
  AppendText(body, "MQTT");
  body.append("\x05\x02\x00\x00\x00", 5);  // Version, clean start, no keep alive, no properties.
  AppendText(body, client_id);
  return MakePacket(PacketType::kConnect, 0, body);
}

PublishTemplate::PublishTemplate(std::size_t payload_bytes) {
  std::string body;
  AppendText(body, std::string(kTopicPrefix).append(kUserDigits, '0'));
  user_at_ = body.size() - kUserDigits;
  packet_id_at_ = body.size();
  AppendUint16(body, 0);
  const std::string properties = EventProperties();
  AppendLength(body, properties.size());
  body.append(properties).append(payload_bytes, 'x');
  packet_ = MakePacket(PacketType::kPublish, 0x2, body);
  user_at_ += packet_.size() - body.size();
  packet_id_at_ += packet_.size() - body.size();
}

void PublishTemplate::AppendTo(std::string& out, std::uint32_t user,
                               std::uint16_t packet_id) const {
  const std::size_t begin = out.size();
  out.append(packet_);
  char* const packet = &out[begin];
  for (std::size_t i = kUserDigits; i > 0; --i) {
    packet[user_at_ + i - 1] = static_cast<char>('0' + user % 10);
    user /= 10;
  }
  packet[packet_id_at_] = static_cast<char>(packet_id >> 8U);
  packet[packet_id_at_ + 1] = static_cast<char>(packet_id & 0xFFU);
}

}  // namespace dino::bench
