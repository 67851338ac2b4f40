#include "tests/support/mqtt/tamperer.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "tests/support/mqtt/packet_reader.h"

namespace dino::testing {
namespace {

constexpr std::uint16_t kOwnPacketId = 0xFFFF;

std::optional<Publish> DecodePublish(std::string_view packet) {
  auto decoded = DecodePacket(packet);
  if (!decoded.ok() || !decoded->has_value()) return std::nullopt;
  auto* const publish = std::get_if<Publish>(&(*decoded)->packet);
  if (publish == nullptr || publish->qos != 1) return std::nullopt;
  return std::move(*publish);
}

std::string WithOwnPacketId(std::string packet) {
  PacketReader reader(packet);
  reader.Byte();
  reader.VariableByteInteger();
  reader.StringOrBinary();  // The topic.
  const std::size_t place = packet.size() - reader.left();
  packet[place] = static_cast<char>(kOwnPacketId >> 8U);
  packet[place + 1] = static_cast<char>(kOwnPacketId & 0xFFU);
  return packet;
}

bool AnswersOwnPacket(std::string_view packet) {
  constexpr std::uint8_t kPubAckType = 4;
  PacketReader reader(packet);
  if (reader.Byte() >> 4U != kPubAckType) return false;
  reader.VariableByteInteger();
  return reader.TwoBytes() == kOwnPacketId && reader.ok();
}

}  // namespace

void Tamperer::Arm(Tampering what, std::string topic) {
  what_ = what;
  topic_ = std::move(topic);
  held_back_.clear();
  done_ = false;
}

Tamperer::Passed Tamperer::FromClient(std::string packet) {
  Passed passed;
  std::optional<Publish> publish;
  if (what_ != Tampering::kNone && !done_) publish = DecodePublish(packet);
  if (!publish || publish->topic != topic_) {
    passed.to_broker.push_back(std::move(packet));
    return passed;
  }
  const std::string answer = Encode(PubAck{publish->packet_id, 0});
  if (what_ == Tampering::kSwapTwo && held_back_.empty()) {
    held_back_ = std::move(packet);
    passed.to_client.push_back(answer);
    return passed;
  }
  done_ = true;
  if (what_ == Tampering::kLoseOne) {
    passed.to_client.push_back(answer);
    return passed;
  }
  passed.to_broker.push_back(packet);
  passed.to_broker.push_back(
      WithOwnPacketId(what_ == Tampering::kSwapTwo ? std::move(held_back_) : std::move(packet)));
  return passed;
}

Tamperer::Passed Tamperer::FromBroker(std::string packet) {
  Passed passed;
  if (what_ == Tampering::kNone || !AnswersOwnPacket(packet)) {
    passed.to_client.push_back(std::move(packet));
  }
  return passed;
}

}  // namespace dino::testing
