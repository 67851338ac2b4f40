#include "tests/support/mqtt/mqtt_packet.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/support/mqtt/packet_reader.h"

namespace dino::testing {
namespace {

// Property identifiers, section 2.2.2.2.
enum PropertyId : std::uint8_t {
  kPayloadFormatIndicator = 0x01,
  kMessageExpiryInterval = 0x02,
  kContentType = 0x03,
  kResponseTopic = 0x08,
  kCorrelationData = 0x09,
  kSessionExpiryInterval = 0x11,
  kAssignedClientId = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kRequestProblemInformation = 0x17,
  kWillDelayInterval = 0x18,
  kRequestResponseInformation = 0x19,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kTopicAlias = 0x23,
  kMaximumQos = 0x24,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
};

struct Properties {
  std::map<std::uint8_t, std::uint32_t> numbers;
  std::map<std::uint8_t, std::string> strings;
  UserProperties user;
  bool valid = true;

  template <typename Number>
  std::optional<Number> Get(std::uint8_t id) const {
    const auto found = numbers.find(id);
    if (found == numbers.end()) return std::nullopt;
    return static_cast<Number>(found->second);
  }

  std::optional<std::string> GetString(std::uint8_t id) const {
    const auto found = strings.find(id);
    if (found == strings.end()) return std::nullopt;
    return found->second;
  }
};

void ReadUserProperty(PacketReader& reader, Properties& properties) {
  std::string name = reader.StringOrBinary();
  std::string value = reader.StringOrBinary();
  properties.user.emplace_back(std::move(name), std::move(value));
}

// Reads one property. A duplicate is an error, except for user properties.
void ReadProperty(PacketReader& reader, Properties& properties) {
  const std::uint8_t id = reader.Byte();
  bool fresh = true;
  switch (id) {
    case kPayloadFormatIndicator:
    case kRequestProblemInformation:
    case kRequestResponseInformation:
      fresh = properties.numbers.emplace(id, reader.Byte()).second;
      break;
    case kReceiveMaximum:
    case kTopicAliasMaximum:
    case kTopicAlias:
      fresh = properties.numbers.emplace(id, reader.TwoBytes()).second;
      break;
    case kMessageExpiryInterval:
    case kSessionExpiryInterval:
    case kWillDelayInterval:
    case kMaximumPacketSize:
      fresh = properties.numbers.emplace(id, reader.FourBytes()).second;
      break;
    case kContentType:
    case kResponseTopic:
    case kCorrelationData:
    case kAuthenticationMethod:
    case kAuthenticationData:
    case kReasonString:
      fresh = properties.strings.emplace(id, reader.StringOrBinary()).second;
      break;
    case kUserProperty:
      ReadUserProperty(reader, properties);
      break;
    default:
      fresh = false;
  }
  if (!fresh || !reader.ok()) properties.valid = false;
}

Properties ReadProperties(PacketReader& reader) {
  Properties properties;
  PacketReader part = reader.Part(reader.VariableByteInteger());
  while (!part.empty() && properties.valid) ReadProperty(part, properties);
  return properties;
}

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed ", what));
}

absl::StatusOr<Packet> DecodeConnect(PacketReader reader) {
  const std::string protocol = reader.StringOrBinary();
  const std::uint8_t version = reader.Byte();
  if (protocol != "MQTT" || version != 5) return Malformed("CONNECT: not MQTT v5");
  const std::uint8_t flags = reader.Byte();
  Connect packet;
  packet.clean_start = (flags & 0x02U) != 0;
  packet.keep_alive = reader.TwoBytes();
  const Properties properties = ReadProperties(reader);
  packet.session_expiry = properties.Get<std::uint32_t>(kSessionExpiryInterval);
  packet.receive_maximum = properties.Get<std::uint16_t>(kReceiveMaximum);
  packet.maximum_packet_size = properties.Get<std::uint32_t>(kMaximumPacketSize);
  packet.client_id = reader.StringOrBinary();
  bool valid = properties.valid && (flags & 0x01U) == 0;
  if ((flags & 0x04U) != 0) {
    valid = ReadProperties(reader).valid && valid;
    reader.StringOrBinary();  // Will topic.
    reader.StringOrBinary();  // Will payload.
  }
  if ((flags & 0x80U) != 0) packet.username = reader.StringOrBinary();
  if ((flags & 0x40U) != 0) packet.password = reader.StringOrBinary();
  if (!valid || !reader.ok() || !reader.empty()) return Malformed("CONNECT");
  return packet;
}

absl::StatusOr<Packet> DecodePublish(PacketReader reader, std::uint8_t flags) {
  Publish packet;
  packet.duplicate = (flags & 0x08U) != 0;
  packet.qos = static_cast<std::uint8_t>((flags >> 1U) & 0x03U);
  packet.retain = (flags & 0x01U) != 0;
  packet.topic = reader.StringOrBinary();
  if (packet.qos > 0) packet.packet_id = reader.TwoBytes();
  Properties properties = ReadProperties(reader);
  packet.payload_format = properties.Get<std::uint8_t>(kPayloadFormatIndicator);
  packet.message_expiry = properties.Get<std::uint32_t>(kMessageExpiryInterval);
  packet.content_type = properties.GetString(kContentType);
  packet.user_properties = std::move(properties.user);
  if (!properties.valid || !reader.ok()) return Malformed("PUBLISH");
  packet.payload = reader.Rest();
  if (packet.qos > 2) return Malformed("PUBLISH: QoS 3");
  if (packet.qos > 0 && packet.packet_id == 0) return Malformed("PUBLISH: packet identifier 0");
  return packet;
}

absl::StatusOr<Packet> DecodeDisconnect(PacketReader reader) {
  Disconnect packet;
  if (reader.empty()) return packet;
  packet.reason_code = reader.Byte();
  packet.form = Form::kReasonCode;
  if (reader.empty()) return packet;
  packet.form = Form::kLong;
  const Properties properties = ReadProperties(reader);
  if (!properties.valid || !reader.ok() || !reader.empty()) return Malformed("DISCONNECT");
  return packet;
}

absl::StatusOr<Packet> DecodeBody(std::uint8_t first, PacketReader body) {
  const unsigned type = first >> 4U;
  const auto flags = static_cast<std::uint8_t>(first & 0x0FU);
  if (type == 3) return DecodePublish(body, flags);
  if (type != 1 && type != 12 && type != 14) {
    return absl::UnimplementedError(absl::StrCat("packet of type ", type));
  }
  if (flags != 0) return Malformed("fixed header: reserved flags");
  if (type == 1) return DecodeConnect(body);
  if (type == 14) return DecodeDisconnect(body);
  if (!body.empty()) return Malformed("PINGREQ");
  return PingReq{};
}

// ---- Encoding.

void AppendByte(std::string& out, unsigned value) { out.push_back(static_cast<char>(value)); }

void AppendTwoBytes(std::string& out, unsigned value) {
  AppendByte(out, value >> 8U & 0xFFU);
  AppendByte(out, value & 0xFFU);
}

void AppendVariableByteInteger(std::string& out, std::size_t value) {
  do {
    const unsigned more = value > 0x7F ? 0x80U : 0U;
    AppendByte(out, (value & 0x7FU) | more);
    value >>= 7U;
  } while (value > 0);
}

void AppendString(std::string& out, unsigned id, std::string_view value) {
  AppendByte(out, id);
  AppendTwoBytes(out, static_cast<unsigned>(value.size()));
  out.append(value);
}

std::string WithFixedHeader(unsigned first, std::string_view body) {
  std::string out;
  AppendByte(out, first);
  AppendVariableByteInteger(out, body.size());
  out.append(body);
  return out;
}

// Appends the end of a PUBACK or DISCONNECT.
void AppendReason(std::string& out, std::uint8_t reason_code, Form form) {
  if (form == Form::kShort && reason_code == 0) return;
  AppendByte(out, reason_code);
  if (form != Form::kLong) return;
  std::string properties;
  AppendString(properties, kReasonString, "because");
  AppendVariableByteInteger(out, properties.size());
  out.append(properties);
}

}  // namespace

std::string Encode(const ConnAck& packet) {
  std::string properties;
  if (packet.receive_maximum) {
    AppendByte(properties, kReceiveMaximum);
    AppendTwoBytes(properties, *packet.receive_maximum);
  }
  if (packet.maximum_qos) {
    AppendByte(properties, kMaximumQos);
    AppendByte(properties, *packet.maximum_qos);
  }
  if (packet.maximum_packet_size) {
    AppendByte(properties, kMaximumPacketSize);
    AppendTwoBytes(properties, *packet.maximum_packet_size >> 16U);
    AppendTwoBytes(properties, *packet.maximum_packet_size & 0xFFFFU);
  }
  if (packet.assigned_client_id) {
    AppendString(properties, kAssignedClientId, *packet.assigned_client_id);
  }
  if (packet.server_keep_alive) {
    AppendByte(properties, kServerKeepAlive);
    AppendTwoBytes(properties, *packet.server_keep_alive);
  }
  if (packet.reason_string) AppendString(properties, kReasonString, *packet.reason_string);
  std::string body;
  AppendByte(body, packet.session_present ? 1 : 0);
  AppendByte(body, packet.reason_code);
  AppendVariableByteInteger(body, properties.size());
  body.append(properties);
  return WithFixedHeader(0x20, body);
}

std::string Encode(const PubAck& packet) {
  std::string body;
  AppendTwoBytes(body, packet.packet_id);
  AppendReason(body, packet.reason_code, packet.form);
  return WithFixedHeader(0x40, body);
}

std::string Encode(const PingResp& /*packet*/) { return WithFixedHeader(0xD0, {}); }

std::string Encode(const Disconnect& packet) {
  std::string body;
  AppendReason(body, packet.reason_code, packet.form);
  return WithFixedHeader(0xE0, body);
}

absl::StatusOr<std::optional<DecodedPacket>> DecodePacket(std::string_view bytes) {
  PacketReader reader(bytes);
  const std::uint8_t first = reader.Byte();
  const std::uint32_t length = reader.VariableByteInteger();
  if (!reader.ok()) {
    if (bytes.size() >= 5) return Malformed("fixed header: remaining length");
    return std::nullopt;
  }
  if (reader.left() < length) return std::nullopt;
  DecodedPacket decoded;
  decoded.size = bytes.size() - reader.left() + length;
  absl::StatusOr<Packet> packet = DecodeBody(first, reader.Part(length));
  if (!packet.ok()) return packet.status();
  decoded.packet = *std::move(packet);
  return decoded;
}

std::string_view PacketName(const Packet& packet) {
  if (std::holds_alternative<Connect>(packet)) return "CONNECT";
  if (std::holds_alternative<Publish>(packet)) return "PUBLISH";
  if (std::holds_alternative<PingReq>(packet)) return "PINGREQ";
  return "DISCONNECT";
}

}  // namespace dino::testing
