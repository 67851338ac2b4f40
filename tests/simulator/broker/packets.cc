#include "tests/simulator/broker/packets.h"

namespace dino::simulator {
namespace {

constexpr std::uint8_t kMessageExpiry = 0x02;
constexpr std::uint8_t kReceiveMaximum = 0x21;
constexpr std::uint8_t kMaximumQos = 0x24;

// Reads what a body consists of; `ok` says whether it was all there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t Number(std::size_t size) {
    std::uint32_t number = 0;
    for (const char c : Bytes(size)) number = number << 8U | static_cast<std::uint8_t>(c);
    return number;
  }
  std::uint32_t Varint() {
    std::uint32_t number = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t byte = Number(1);
      number |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return number;
    }
    ok_ = false;
    return 0;
  }
  std::string_view Text() { return Bytes(Number(2)); }
  std::string_view Bytes(std::size_t size) {
    if (size > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view Rest() { return Bytes(bytes_.size()); }
  bool empty() const { return bytes_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

// Reads one property, of those that a PUBLISH may have; none if it is another.
std::optional<std::uint8_t> ReadProperty(Reader& reader, std::uint32_t& number) {
  const auto id = static_cast<std::uint8_t>(reader.Number(1));
  switch (id) {
    case 0x01:  // Payload format indicator
      number = reader.Number(1);
      break;
    case kMessageExpiry:
      number = reader.Number(4);
      break;
    case 0x03:  // Content type
      reader.Text();
      break;
    case 0x26:  // User property
      reader.Text();
      reader.Text();
      break;
    default:
      return std::nullopt;
  }
  if (!reader.ok()) return std::nullopt;
  return id;
}

std::string Number16(std::size_t number) {
  return {static_cast<char>(number >> 8U), static_cast<char>(number)};
}

std::string Text(std::string_view text) { return Number16(text.size()) + std::string(text); }

std::string MakePacket(PacketType type, unsigned flags, std::string_view body) {
  std::string packet(1, static_cast<char>(static_cast<unsigned>(type) << 4U | flags));
  std::size_t size = body.size();
  do {
    const std::size_t more = size >= 128 ? 128 : 0;
    packet += static_cast<char>(size % 128 + more);
    size /= 128;
  } while (size > 0);
  return packet.append(body);
}

}  // namespace

std::optional<Packet> PacketSplitter::Next() {
  const std::string_view rest = std::string_view(bytes_).substr(begin_);
  if (!IsWholePacket(rest)) {
    bytes_.erase(0, begin_);
    begin_ = 0;
    return std::nullopt;
  }
  Reader reader(rest.substr(1));
  Packet packet;
  packet.type = static_cast<PacketType>(static_cast<std::uint8_t>(rest[0]) >> 4U);
  packet.flags = static_cast<std::uint8_t>(rest[0]) & 0x0FU;
  const std::uint32_t size = reader.Varint();
  const std::string_view body = reader.Bytes(size);
  packet.body = std::string(body);
  begin_ += static_cast<std::size_t>(body.data() + body.size() - rest.data());
  return packet;
}

void PacketSplitter::Clear() {
  bytes_.clear();
  begin_ = 0;
}

bool IsWholePacket(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  Reader reader(bytes.substr(1));
  const std::uint32_t size = reader.Varint();
  reader.Bytes(size);
  return reader.ok();
}

std::optional<std::string> ParseConnect(const Packet& packet) {
  Reader reader(packet.body);
  const bool mqtt5 = reader.Text() == "MQTT" && reader.Number(1) == 5;
  const std::uint32_t flags = reader.Number(1);
  reader.Number(2);
  reader.Bytes(reader.Varint());
  const std::string_view client_id = reader.Text();
  if (!mqtt5 || !reader.ok() || (flags & 1U) != 0) return std::nullopt;
  return std::string(client_id);
}

std::optional<Publish> ParsePublish(const Packet& packet) {
  Reader reader(packet.body);
  Publish publish;
  publish.qos = static_cast<int>(packet.flags >> 1U & 3U);
  publish.retain = (packet.flags & 1U) != 0;
  publish.topic = std::string(reader.Text());
  if (publish.qos > 0) publish.packet_id = static_cast<std::uint16_t>(reader.Number(2));
  Reader properties(reader.Bytes(reader.Varint()));
  while (!properties.empty()) {
    std::uint32_t number = 0;
    const auto property = ReadProperty(properties, number);
    if (!property.has_value()) return std::nullopt;
    if (*property == kMessageExpiry) publish.expiry = number;
  }
  publish.payload = std::string(reader.Rest());
  const bool has_id = publish.packet_id != 0 || publish.qos == 0;
  if (!reader.ok() || publish.qos > 2 || publish.topic.empty() || !has_id) return std::nullopt;
  return publish;
}

std::optional<PubAck> ParsePubAck(const Packet& packet) {
  Reader reader(packet.body);
  PubAck answer;
  answer.packet_id = static_cast<std::uint16_t>(reader.Number(2));
  if (!reader.ok()) return std::nullopt;
  if (!reader.empty()) answer.reason_code = static_cast<std::uint8_t>(reader.Number(1));
  return answer;
}

std::string ConnectPacket(std::string_view client_id, std::chrono::seconds keep_alive) {
  const std::string clean_start(1, 2);
  const std::string no_properties(1, 0);
  return MakePacket(PacketType::kConnect, 0,
                    Text("MQTT") + '\5' + clean_start +
                        Number16(static_cast<std::size_t>(keep_alive.count())) + no_properties +
                        Text(client_id));
}

std::string ConnAckPacket(std::uint8_t reason_code, std::uint16_t receive_maximum,
                          std::uint8_t maximum_qos) {
  std::string properties;
  if (receive_maximum != 65535) {
    properties += static_cast<char>(kReceiveMaximum) + Number16(receive_maximum);
  }
  // The standard knows 0 and 1; without it, 2 holds.
  if (maximum_qos < 2) {
    properties += {static_cast<char>(kMaximumQos), static_cast<char>(maximum_qos)};
  }
  const std::string head{0, static_cast<char>(reason_code), static_cast<char>(properties.size())};
  return MakePacket(PacketType::kConnAck, 0, head + properties);
}

std::string PubAckPacket(std::uint16_t packet_id, std::uint8_t reason_code) {
  // The short form says success.
  std::string body = Number16(packet_id);
  if (reason_code != 0) body += static_cast<char>(reason_code);
  return MakePacket(PacketType::kPubAck, 0, body);
}

std::string PublishPacket(std::string_view topic, int qos, std::uint16_t packet_id) {
  std::string body = Text(topic);
  if (qos > 0) body += Number16(packet_id);
  return MakePacket(PacketType::kPublish, static_cast<unsigned>(qos) << 1U, body + '\0' + "hello");
}

std::string PingRespPacket() { return MakePacket(PacketType::kPingResp, 0, ""); }

std::string DisconnectPacket(std::uint8_t reason_code) {
  return MakePacket(PacketType::kDisconnect, 0,
                    reason_code == 0 ? "" : std::string(1, static_cast<char>(reason_code)));
}

}  // namespace dino::simulator
