#include "server/mqtt/wire/packet_reader.h"

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

constexpr std::uint8_t kPubAckType = 0x40;
constexpr std::uint8_t kPingRespType = 0xD0;
constexpr std::uint8_t kDisconnectType = 0xE0;

std::uint8_t ByteAt(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

absl::Status ProtocolError(std::string_view what) {
  return absl::DataLossError(absl::StrCat("the broker breaks the protocol: ",
                                          absl::string_view(what.data(), what.size())));
}

// A packet's length, behind its first byte.
struct Length {
  std::size_t remaining = 0;
  // Bytes that it takes itself; 0 as long as it is not all there.
  std::size_t size = 0;
  bool valid = true;
};

Length LengthIn(std::string_view bytes) {
  constexpr std::size_t kMaxSize = 4;
  Length length;
  for (std::size_t i = 0; i < kMaxSize; ++i) {
    if (1 + i >= bytes.size()) return length;
    const std::size_t byte = ByteAt(bytes, 1 + i);
    length.remaining |= (byte & 0x7FU) << (7U * i);
    if (byte < 0x80) {
      length.size = 1 + i;
      return length;
    }
  }
  length.valid = false;
  return length;
}

absl::Status HandlePubAck(std::string_view body, PacketReader::Handler& handler) {
  if (body.size() < 2) return ProtocolError("a PUBACK without a packet ID");
  const auto packet_id = static_cast<std::uint16_t>(ByteAt(body, 0) << 8U | ByteAt(body, 1));
  if (packet_id == 0) return ProtocolError("a PUBACK for packet ID 0");
  // What may follow are properties, of which none means anything to us.
  handler.OnPubAck(packet_id, body.size() > 2 ? ByteAt(body, 2) : kSuccess);
  return absl::OkStatus();
}

absl::Status Handle(std::uint8_t type, std::string_view body, PacketReader::Handler& handler) {
  switch (type) {
    case kPubAckType:
      return HandlePubAck(body, handler);
    case kPingRespType:
      handler.OnPingResp();
      return absl::OkStatus();
    case kDisconnectType:
      handler.OnDisconnect(body.empty() ? kSuccess : ByteAt(body, 0));
      return absl::UnavailableError("the broker has disconnected");
    default:
      return ProtocolError(
          absl::StrCat("a packet that begins with 0x", absl::Hex(type, absl::kZeroPad2)));
  }
}

}  // namespace

absl::Status PacketReader::Read(std::string_view bytes, Handler& handler) {
  if (!started_.empty()) {
    started_ += bytes;
    bytes = started_;
  }
  absl::Status status = ReadWhole(bytes, handler);
  if (!status.ok()) return status;
  // `bytes` may lie in `started_`.
  started_ = std::string(bytes);
  return status;
}

absl::Status PacketReader::ReadWhole(std::string_view& bytes, Handler& handler) {
  while (!bytes.empty()) {
    const Length length = LengthIn(bytes);
    if (!length.valid || length.remaining > kMaxRemaining) {
      return ProtocolError("a packet that is too long");
    }
    const std::size_t head = 1 + length.size;
    if (length.size == 0 || bytes.size() - head < length.remaining) break;
    absl::Status status = Handle(ByteAt(bytes, 0), bytes.substr(head, length.remaining), handler);
    if (!status.ok()) return status;
    bytes.remove_prefix(head + length.remaining);
  }
  return absl::OkStatus();
}

}  // namespace dino::mqtt
