#include "server/mqtt/wire/packet_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/printable_text.h"
#include "server/mqtt/wire/byte_cursor.h"
#include "server/mqtt/wire/property_reader.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

constexpr std::uint8_t kConnAckType = 0x20;
constexpr std::uint8_t kPubAckType = 0x40;
constexpr std::uint8_t kPubRelType = 0x62;
constexpr std::uint8_t kPingRespType = 0xD0;
constexpr std::uint8_t kDisconnectType = 0xE0;
constexpr std::uint8_t kMaxQos = 2;

// A broker's words in our log.
constexpr std::size_t kMaxTextBytes = 256;
// What is shown of something that is not MQTT, and how much must look like text.
constexpr std::size_t kMaxBannerBytes = 40;
constexpr std::size_t kBannerBytes = 4;

constexpr std::array<std::string_view, 16> kPacketNames = {
    "packet type 0", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
    "PUBREL",        "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
    "PINGREQ",       "PINGRESP", "DISCONNECT", "AUTH"};

std::string NameOf(std::uint8_t first) { return std::string(kPacketNames[first >> 4U]); }

bool IsPublish(std::uint8_t first) { return first >> 4U == 3; }
std::uint8_t QosOf(std::uint8_t first) { return first >> 1U & 3U; }

std::string Fit(std::string_view text) { return PrintableText(text, kMaxTextBytes); }

absl::Status ProtocolError(const std::string& what) {
  return absl::DataLossError(absl::StrCat("the broker breaks the protocol: ", what));
}

absl::Status NotMqtt(std::string_view bytes) {
  return absl::DataLossError(absl::StrCat("the broker does not speak MQTT: it says \"",
                                          PrintableText(bytes, kMaxBannerBytes), "\""));
}

bool LooksLikeText(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, kBannerBytes);
  return start.size() == kBannerBytes &&
         std::all_of(start.begin(), start.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// True if a packet may begin with this byte, whoever sends it.
bool IsFirstByte(std::uint8_t first) {
  const unsigned flags = first & 0x0FU;
  switch (first >> 4U) {
    case 0:
      return false;
    case 3:
      return QosOf(first) <= kMaxQos;
    case 6:
    case 8:
    case 10:
      return flags == 2;
    default:
      return flags == 0;
  }
}

void TakeConnAckProperty(const Property& property, ConnAck& connack) {
  switch (property.id) {
    case PropertyId::kReceiveMaximum:
      connack.receive_maximum = static_cast<std::uint16_t>(property.number);
      break;
    case PropertyId::kMaximumQos:
      connack.maximum_qos =
          static_cast<std::uint8_t>(std::min<std::uint32_t>(property.number, kMaxQos));
      break;
    case PropertyId::kMaximumPacketSize:
      connack.maximum_packet_size = property.number;
      break;
    case PropertyId::kServerKeepAlive:
      connack.server_keep_alive = static_cast<std::uint16_t>(property.number);
      break;
    case PropertyId::kAssignedClientIdentifier:
      connack.assigned_client_id = Fit(property.text);
      break;
    case PropertyId::kReasonString:
      connack.reason_string = Fit(property.text);
      break;
    case PropertyId::kServerReference:
      connack.server_reference = Fit(property.text);
      break;
    default:
      break;
  }
}

absl::Status HandlePubAck(std::string_view body, PacketReader::Handler& handler) {
  ByteCursor cursor(body);
  std::uint16_t packet_id = 0;
  std::uint8_t reason_code = kSuccess;
  if (!cursor.TakeUint16(packet_id)) return ProtocolError("a PUBACK without a packet ID");
  if (packet_id == 0) return ProtocolError("a PUBACK for packet ID 0");
  cursor.TakeByte(reason_code);
  if (cursor.empty()) {
    handler.OnPubAck(packet_id, reason_code, "");
    return absl::OkStatus();
  }
  std::string reason;
  const std::string wrong =
      ReadProperties(cursor.rest(), {PropertyId::kReasonString, PropertyId::kUserProperty},
                     [&reason](const Property& property) {
                       if (property.id == PropertyId::kReasonString) reason = Fit(property.text);
                     });
  if (!wrong.empty()) return ProtocolError("a PUBACK with " + wrong);
  handler.OnPubAck(packet_id, reason_code, reason);
  return absl::OkStatus();
}

// Handles PUBACKs in their shortest form, which is most of all that ever comes, and removes them.
void TakeShortPubAcks(std::string_view& bytes, PacketReader::Handler& handler) {
  constexpr std::string_view kStart("\x40\x02", 2);
  constexpr std::size_t kSize = 4;
  while (bytes.size() >= kSize && bytes.substr(0, kStart.size()) == kStart) {
    const auto high = static_cast<std::uint8_t>(bytes[2]);
    const auto low = static_cast<std::uint8_t>(bytes[3]);
    const auto packet_id = static_cast<std::uint16_t>(high << 8U | low);
    if (packet_id == 0) return;
    handler.OnPubAck(packet_id, kSuccess, "");
    bytes.remove_prefix(kSize);
  }
}

absl::Status HandleDisconnect(std::string_view body, PacketReader::Handler& handler) {
  ByteCursor cursor(body);
  ServerDisconnect disconnect;
  cursor.TakeByte(disconnect.reason_code);
  if (!cursor.empty()) {
    const std::string wrong = ReadProperties(
        cursor.rest(),
        {PropertyId::kReasonString, PropertyId::kServerReference, PropertyId::kUserProperty},
        [&disconnect](const Property& property) {
          if (property.id == PropertyId::kReasonString) {
            disconnect.reason_string = Fit(property.text);
          } else if (property.id == PropertyId::kServerReference) {
            disconnect.server_reference = Fit(property.text);
          }
        });
    if (!wrong.empty()) return ProtocolError("a DISCONNECT with " + wrong);
  }
  handler.OnDisconnect(std::move(disconnect));
  return absl::UnavailableError("the broker has disconnected");
}

absl::Status HandlePublish(std::uint8_t first, std::string_view start,
                           PacketReader::Handler& handler) {
  ByteCursor cursor(start);
  std::string_view topic;
  std::uint16_t packet_id = 0;
  const std::uint8_t qos = QosOf(first);
  if (!cursor.TakeText(topic) || (qos > 0 && !cursor.TakeUint16(packet_id))) {
    return ProtocolError("a PUBLISH cut off");
  }
  if (qos > 0 && packet_id == 0) return ProtocolError("a PUBLISH with packet ID 0");
  handler.OnPublish(qos, packet_id);
  return absl::OkStatus();
}

absl::Status HandlePubRel(std::string_view body, PacketReader::Handler& handler) {
  std::uint16_t packet_id = 0;
  if (!ByteCursor(body).TakeUint16(packet_id)) return ProtocolError("a PUBREL without a packet ID");
  handler.OnPubRel(packet_id);
  return absl::OkStatus();
}

}  // namespace

absl::Status PacketReader::HandleConnAck(std::string_view body, Handler& handler) {
  ByteCursor cursor(body);
  std::uint8_t flags = 0;
  ConnAck connack;
  if (!cursor.TakeByte(flags) || !cursor.TakeByte(connack.reason_code)) {
    return ProtocolError("a CONNACK without a reason code");
  }
  // The older versions end it here.
  if (cursor.empty()) return absl::DataLossError("the broker does not speak MQTT v5");
  if (flags > 1) return ProtocolError("a CONNACK with unknown flags");
  const std::string wrong = ReadProperties(
      cursor.rest(),
      {PropertyId::kSessionExpiryInterval, PropertyId::kAssignedClientIdentifier,
       PropertyId::kServerKeepAlive, PropertyId::kAuthenticationMethod,
       PropertyId::kAuthenticationData, PropertyId::kResponseInformation,
       PropertyId::kServerReference, PropertyId::kReasonString, PropertyId::kReceiveMaximum,
       PropertyId::kTopicAliasMaximum, PropertyId::kMaximumQos, PropertyId::kRetainAvailable,
       PropertyId::kUserProperty, PropertyId::kMaximumPacketSize,
       PropertyId::kWildcardSubscriptionAvailable, PropertyId::kSubscriptionIdentifiersAvailable,
       PropertyId::kSharedSubscriptionAvailable},
      [&connack](const Property& property) { TakeConnAckProperty(property, connack); });
  if (!wrong.empty()) return ProtocolError("a CONNACK with " + wrong);
  accepted_ = connack.reason_code == kSuccess;
  handler.OnConnAck(std::move(connack));
  return accepted_ ? absl::OkStatus() : absl::UnavailableError("the broker has refused");
}

absl::Status PacketReader::Handle(std::uint8_t first, std::string_view body, Handler& handler) {
  if (first == kDisconnectType) return HandleDisconnect(body, handler);
  if (first == kConnAckType && !accepted_) return HandleConnAck(body, handler);
  if (!accepted_) return ProtocolError(NameOf(first) + " before CONNACK");
  if (IsPublish(first)) return HandlePublish(first, body, handler);
  switch (first) {
    case kPubAckType:
      return HandlePubAck(body, handler);
    case kPubRelType:
      return HandlePubRel(body, handler);
    case kPingRespType:
      handler.OnPingResp();
      return absl::OkStatus();
    default:
      return ProtocolError(NameOf(first) + ", which nobody asked for");
  }
}

absl::Status PacketReader::Measure(std::string_view bytes, Extent& extent) const {
  const auto first = static_cast<std::uint8_t>(bytes.front());
  if (!accepted_ && (LooksLikeText(bytes) || !IsFirstByte(first))) return NotMqtt(bytes);
  if (!IsFirstByte(first)) {
    return ProtocolError(
        absl::StrCat("a packet that begins with 0x", absl::Hex(first, absl::kZeroPad2)));
  }
  ByteCursor cursor(bytes.substr(1));
  std::uint32_t remaining = 0;
  constexpr std::size_t kMaxHead = 5;
  if (!cursor.TakeVarint(remaining)) {
    if (bytes.size() >= kMaxHead) return ProtocolError("a packet that is too long");
    extent.needed = bytes.size() + 1;
    return absl::OkStatus();
  }
  extent.head = bytes.size() - cursor.rest().size();
  extent.total = extent.needed = extent.head + remaining;
  if (!IsPublish(first)) {
    return remaining > kMaxRemaining ? ProtocolError("a packet that is too long")
                                     : absl::OkStatus();
  }
  // The topic and the packet ID.
  std::uint16_t topic = 0;
  const std::size_t start =
      cursor.TakeUint16(topic) ? 2 + topic + std::size_t{QosOf(first) > 0 ? 2U : 0U} : 2;
  extent.needed = std::min(extent.total, extent.head + start);
  return absl::OkStatus();
}

absl::Status PacketReader::Read(std::string_view bytes, Handler& handler) {
  while (true) {
    const std::size_t skipped = std::min(skip_, bytes.size());
    skip_ -= skipped;
    bytes.remove_prefix(skipped);
    const bool continued = !started_.empty();
    if (accepted_ && !continued) TakeShortPubAcks(bytes, handler);
    if (bytes.empty()) return absl::OkStatus();
    if (continued) {
      const std::string_view more = bytes.substr(0, needed_ - started_.size());
      started_ += more;
      bytes.remove_prefix(more.size());
    }
    const std::string_view packet = continued ? std::string_view(started_) : bytes;
    Extent extent;
    absl::Status status = Measure(packet, extent);
    if (!status.ok()) return status;
    if (packet.size() < extent.needed) {
      needed_ = extent.needed;
      if (!continued) started_ = std::string(std::exchange(bytes, {}));
      continue;
    }
    status = Handle(static_cast<std::uint8_t>(packet.front()),
                    packet.substr(extent.head, extent.needed - extent.head), handler);
    if (!status.ok()) return status;
    skip_ = extent.total - extent.needed;
    if (continued) {
      started_ = std::string();
    } else {
      bytes.remove_prefix(extent.needed);
    }
  }
}

}  // namespace dino::mqtt
