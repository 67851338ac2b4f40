#include "tests/simulator/broker/broker_connection.h"

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "tests/simulator/broker/broker.h"

namespace dino::simulator {
namespace {

// Beyond what the bridge ever reaches here.
constexpr std::uint16_t kUnknownId = 60000;

}  // namespace

void BrokerConnection::Start() {
  wire_->OnChange(End::kBroker, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->OnChange();
  });
}

void BrokerConnection::OnChange() {
  if (ended_ || broker_.manner_.frozen) return;
  Flush();
  if (!broker_.manner_.deaf || !accepted_) Read();
}

void BrokerConnection::Read() {
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (!ended_) {
    const std::int64_t count = wire_->Read(End::kBroker, buffer.data(), buffer.size());
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return End(Ending::kClose, 0);
    splitter_.Add({buffer.data(), static_cast<std::size_t>(count)});
    while (!ended_) {
      const auto packet = splitter_.Next();
      if (!packet.has_value()) break;
      Handle(*packet);
    }
  }
}

void BrokerConnection::Handle(const Packet& packet) {
  switch (packet.type) {
    case PacketType::kConnect:
      return HandleConnect(packet);
    case PacketType::kPublish:
      if (const auto publish = ParsePublish(packet)) return HandlePublish(*publish);
      break;
    case PacketType::kPingReq:
      return Write(PingRespPacket());
    case PacketType::kDisconnect:
      return End(Ending::kClose, 0);
    case PacketType::kPubAck:
      return;
    default:
      break;
  }
  broker_.ledger_.Violated(
      Invariant::kProtocol,
      absl::StrCat("a packet that no client of v5 sends, of type ", static_cast<int>(packet.type)));
  End(Ending::kDisconnect, 0x82);
}

void BrokerConnection::HandleConnect(const Packet& packet) {
  const auto client_id = ParseConnect(packet);
  if (!client_id.has_value() || accepted_) {
    broker_.ledger_.Violated(Invariant::kProtocol, "a malformed or second CONNECT");
    return End(Ending::kClose, 0);
  }
  client_id_ = *client_id;
  broker_.timeline_.After(broker_.manner_.connack_delay, [self = shared_from_this()] {
    if (self->ended_) return;
    const BrokerManner& manner = self->broker_.manner_;
    self->Write(ConnAckPacket(manner.connack_code, manner.receive_maximum, manner.maximum_qos));
    if (manner.connack_code != 0) return self->End(Ending::kClose, 0);
    self->accepted_ = true;
    self->receive_maximum_ = manner.receive_maximum;
    self->maximum_qos_ = manner.maximum_qos;
    self->broker_.TakeOver(*self);
  });
}

void BrokerConnection::HandlePublish(const Publish& publish) {
  const auto event = EventOf(publish.payload);
  const auto user = UserOf(publish.topic);
  if (!accepted_ || !event.has_value() || !user.has_value() || publish.qos > maximum_qos_) {
    return broker_.ledger_.Violated(Invariant::kProtocol, "a PUBLISH that must not be sent");
  }
  if (publish.qos > 0 && ++unanswered_ > receive_maximum_) {
    return broker_.ledger_.Violated(Invariant::kProtocol, "more than the Receive Maximum");
  }
  const BrokerManner& manner = broker_.manner_;
  if (manner.drops) return;
  const TopicManner topic = broker_.cluster_.MannerOf(*user);
  if (topic.kind == TopicManner::Kind::kPoison) {
    broker_.ledger_.Killed(*user, *event, wire_->number());
    return End(topic.ending, topic.code, publish.packet_id);
  }
  if (topic.kind == TopicManner::Kind::kRefused && publish.qos > 0) {
    return AnswerAfter(manner.ack_low, publish.packet_id, topic.code);
  }
  broker_.cluster_.Publish(broker_.number_, *user, *event, wire_->number());
  if (publish.qos == 0 || manner.silent) return;
  if (topic.kind == TopicManner::Kind::kLate) {
    return AnswerAfter(topic.late, publish.packet_id, 0);
  }
  Acknowledge(publish.packet_id, (static_cast<std::uint64_t>(*event) << 32U) + *user);
}

void BrokerConnection::Acknowledge(std::uint16_t packet_id, std::uint64_t name) {
  const BrokerManner& manner = broker_.manner_;
  Random random(broker_.seed_, name,
                (static_cast<std::uint64_t>(wire_->number()) << 16U) + packet_id);
  if (random.Chance(manner.never)) return;
  const Duration delay = random.Within(manner.ack_low, manner.ack_high);
  AnswerAfter(delay, packet_id, random.Chance(manner.nobody) ? 0x10 : 0);
  if (random.Chance(manner.twice)) AnswerAfter(delay * 2, packet_id, 0);
  if (random.Chance(manner.unknown)) AnswerAfter(delay / 2, kUnknownId, 0);
}

void BrokerConnection::AnswerAfter(Duration delay, std::uint16_t packet_id, std::uint8_t code) {
  broker_.timeline_.After(delay, [self = shared_from_this(), packet_id, code] {
    if (!self->ended_ && !self->broker_.manner_.silent) self->Answer(packet_id, code);
  });
}

void BrokerConnection::Answer(std::uint16_t packet_id, std::uint8_t code) {
  if (packet_id != kUnknownId) --unanswered_;
  Write(PubAckPacket(packet_id, code));
}

void BrokerConnection::End(Ending ending, std::uint8_t code, std::uint16_t packet_id) {
  if (ended_) return;
  const bool can_answer = packet_id != 0;
  if (ending == Ending::kRefuseAndClose && can_answer) Answer(packet_id, code);
  if (ending == Ending::kDisconnect) Write(DisconnectPacket(code));
  ended_ = true;
  if (ending == Ending::kReset) {
    wire_->Reset(End::kBroker);
  } else {
    wire_->Close(End::kBroker);
  }
}

void BrokerConnection::PublishUnsolicited(int qos) {
  if (accepted_) Write(PublishPacket("dms/other/1", qos, 1));
}

void BrokerConnection::Write(const std::string& bytes) {
  output_ += bytes;
  if (!broker_.manner_.frozen) Flush();
}

void BrokerConnection::Flush() {
  while (!output_.empty()) {
    const std::int64_t count = wire_->Write(End::kBroker, output_);
    // What fails is found out by reading.
    if (count <= 0) return;
    output_.erase(0, static_cast<std::size_t>(count));
  }
}

}  // namespace dino::simulator
