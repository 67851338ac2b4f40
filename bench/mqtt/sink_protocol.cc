#include "bench/mqtt/sink_protocol.h"

#include <optional>

namespace dino::bench {
namespace {

constexpr std::string_view kConnAck("\x20\x03\x00\x00\x00", 5);
constexpr std::string_view kPingResp("\xD0\x00", 2);
// The protocol's name, and version 5.
constexpr std::string_view kProtocol("\x00\x04MQTT\x05", 7);
constexpr unsigned kQosMask = 0x6;
constexpr unsigned kQos1 = 0x2;

}  // namespace

absl::Status SinkProtocol::Take(std::string_view bytes, std::string& answers) {
  // Most reads start at a packet; those need no copy.
  if (!rest_.empty()) {
    rest_.append(bytes);
    bytes = rest_;
  }
  const absl::StatusOr<std::size_t> used = AnswerAll(bytes, answers);
  if (!used.ok()) return used.status();
  if (rest_.empty()) {
    rest_.assign(bytes.substr(*used));
  } else {
    rest_.erase(0, *used);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> SinkProtocol::AnswerAll(std::string_view bytes, std::string& answers) {
  std::size_t used = 0;
  while (true) {
    const absl::StatusOr<std::optional<Frame>> frame = NextFrame(bytes.substr(used));
    if (!frame.ok()) return frame.status();
    if (!frame->has_value()) return used;
    if (absl::Status status = Answer(**frame, answers); !status.ok()) return status;
    used += (*frame)->size;
  }
}

absl::Status SinkProtocol::Answer(const Frame& frame, std::string& answers) {
  if (frame.type == PacketType::kConnect) return AnswerConnect(frame, answers);
  if (!connected_) return absl::InvalidArgumentError("no CONNECT came first");
  switch (frame.type) {
    case PacketType::kPublish:
      return AnswerPublish(frame, answers);
    case PacketType::kPingReq:
      answers.append(kPingResp);
      return absl::OkStatus();
    case PacketType::kDisconnect:
      return absl::CancelledError("the client disconnected");
    default:
      return absl::UnimplementedError("a packet that the sink does not know");
  }
}

absl::Status SinkProtocol::AnswerConnect(const Frame& frame, std::string& answers) {
  if (connected_) return absl::InvalidArgumentError("a second CONNECT");
  if (frame.body.substr(0, kProtocol.size()) != kProtocol) {
    return absl::InvalidArgumentError("the client does not speak MQTT v5");
  }
  connected_ = true;
  answers.append(kConnAck);
  return absl::OkStatus();
}

absl::Status SinkProtocol::AnswerPublish(const Frame& frame, std::string& answers) {
  ++publications_;
  const unsigned qos = frame.flags & kQosMask;
  if (qos == 0) return absl::OkStatus();
  if (qos != kQos1) return absl::UnimplementedError("QoS 2");
  if (frame.body.size() < 2) return absl::InvalidArgumentError("a PUBLISH without topic");
  const std::size_t id_at = 2 + std::size_t{ReadUint16(frame.body)};
  if (frame.body.size() < id_at + 2) return absl::InvalidArgumentError("a PUBLISH is too short");
  if (silent_) return absl::OkStatus();
  const std::string_view id = frame.body.substr(id_at, 2);
  const char ack[] = {'\x40', '\x02', id[0], id[1]};
  answers.append(ack, sizeof(ack));
  return absl::OkStatus();
}

}  // namespace dino::bench
