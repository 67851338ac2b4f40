#include "server/mqtt/link/channel.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/packet_size.h"
#include "server/mqtt/wire/packet_writer.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// A burst goes out in pieces of this size: the broker has something to do, and no buffer grows.
constexpr std::size_t kPieceBytes = 65536;
constexpr std::size_t kMaxTopicBytes = 65535;
// So many publications a broker may send before it has read an answer, since we set no limit.
constexpr std::size_t kReceiveMaximum = 65535;
// How long the broker may take to answer a ping.
constexpr std::chrono::seconds kPingPatience{5};

constexpr char kTakenOverText[] =
    ": another process uses this client ID, or the broker takes the user name for it (switch that "
    "off there, or give each replica a user name and one session)";

bool IsTopicName(std::string_view topic) {
  const auto is_forbidden = [](char c) { return c == '+' || c == '#' || c == '\0'; };
  return !topic.empty() && topic.size() <= kMaxTopicBytes &&
         std::none_of(topic.begin(), topic.end(), is_forbidden);
}

// Of two times of which zero means never.
std::chrono::seconds Shorter(std::chrono::seconds a, std::chrono::seconds b) {
  constexpr std::chrono::seconds kNever{0};
  return a == kNever || b == kNever ? std::max(a, b) : std::min(a, b);
}

// `said` is a CONNACK or a DISCONNECT.
template <typename Said>
Loss LossByBroker(Loss::Kind kind, const Said& said) {
  std::string text =
      absl::StrCat(kind == Loss::Kind::kRefused ? "broker refused: " : "broker disconnected: ",
                   DescribeReasonCode(said.reason_code));
  if (said.reason_code == kSessionTakenOver) absl::StrAppend(&text, kTakenOverText);
  if (!said.reason_string.empty()) absl::StrAppend(&text, ": ", said.reason_string);
  if (!said.server_reference.empty()) {
    absl::StrAppend(&text, "; it names another server: ", said.server_reference);
  }
  return {kind, std::move(text), said.reason_code, said.reason_string, said.server_reference};
}

}  // namespace

Channel::Channel(std::unique_ptr<ByteStream> stream, std::chrono::seconds keep_alive)
    : keep_alive_(keep_alive),
      stream_(std::move(stream)),
      last_sent_at_(Clock::now()),
      last_read_at_(last_sent_at_),
      checked_at_(last_sent_at_) {}

void Channel::HandTo(SocketHandler& handler, Listener& listener) {
  handler_ = &handler;
  listener_ = &listener;
  Watch();
}

absl::Status Channel::OnSocket(std::uint32_t events) {
  constexpr std::uint32_t kTrouble = EPOLLERR | EPOLLHUP;
  absl::Status status;
  // Answers that came before the end count.
  if ((events & (EPOLLIN | kTrouble)) != 0) status = Read();
  if (status.ok() && (events & (EPOLLOUT | kTrouble)) != 0) status = Flush();
  return status;
}

absl::Status Channel::Read() {
  absl::Status status = ReadStream();
  // Answers to the broker's publications.
  if (status.ok() && unwritten_answers_ > 0) status = Flush();
  if (!status.ok() || unwritten_answers_ <= kReceiveMaximum) return status;
  Disconnect(kReceiveMaximumExceeded);
  return Lose(
      {Loss::Kind::kNotMqtt,
       "the broker breaks the protocol: it publishes more than it may, and reads no answer"});
}

absl::Status Channel::ReadStream() {
  unacknowledged_ = true;
  read_since_check_ = true;
  absl::Status status =
      stream_->Read([this](std::string_view bytes) { return reader_.Read(bytes, *this); });
  if (status.ok()) return status;
  if (stream_->loss().has_value()) return Lose(*stream_->loss());
  if (absl::IsDataLoss(status)) {
    if (accepted_) Disconnect(kProtocolError);
    Lose({Loss::Kind::kNotMqtt, std::string(status.message())}).IgnoreError();
    return status;
  }
  // By a packet, which has been noted.
  return absl::UnavailableError(loss_->text);
}

absl::Status Channel::Lose(Loss loss) {
  if (!loss_.has_value()) loss_ = std::move(loss);
  return absl::UnavailableError(loss_->text);
}

void Channel::OnConnAck(ConnAck connack) {
  connack_ = std::move(connack);
  accepted_ = connack_.reason_code == kSuccess;
  if (!accepted_) {
    Lose(LossByBroker(Loss::Kind::kRefused, connack_)).IgnoreError();
  } else {
    // A longer one only permits more silence, and ours is how soon a dead connection is noticed.
    keep_alive_ =
        Shorter(keep_alive_, std::chrono::seconds(connack_.server_keep_alive.value_or(0)));
  }
}

void Channel::OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code,
                       std::string_view reason_string) {
  listener_->OnPubAck(packet_id, reason_code, reason_string);
}

void Channel::OnPublish(std::uint8_t qos, std::uint16_t packet_id) {
  ++unsolicited_.at(qos);
  if (qos == 0) return;
  ++unwritten_answers_;
  sent_since_check_ = true;
  if (qos == 1) {
    AppendPubAck(packet_id, stream_->output());
  } else {
    AppendPubRec(packet_id, kImplementationSpecificError, stream_->output());
  }
}

void Channel::OnPubRel(std::uint16_t packet_id) {
  ++unwritten_answers_;
  sent_since_check_ = true;
  // We keep none.
  AppendPubComp(packet_id, kPacketIdentifierNotFound, stream_->output());
}

void Channel::OnDisconnect(ServerDisconnect disconnect) {
  Lose(LossByBroker(Loss::Kind::kDisconnected, disconnect)).IgnoreError();
}

absl::Status Channel::Flush() {
  absl::Status status = stream_->Flush();
  while (!unwritten_.empty() && unwritten_.front().end <= stream_->written()) {
    const int packet_id = unwritten_.front().packet_id;
    unwritten_.pop_front();
    listener_->OnPubAck(packet_id, kSuccess, "");
  }
  if (!stream_->pending()) unwritten_answers_ = 0;
  if (status.ok() || loss_.has_value()) return status;
  // What the broker said before it ended the connection may be there still.
  ReadStream().IgnoreError();
  return Lose(*stream_->loss());
}

absl::Status Channel::KeepAlive(Clock::time_point now) {
  // Without a look at the clock for each packet, it may have been as long ago as this.
  if (sent_since_check_) last_sent_at_ = checked_at_;
  if (read_since_check_) last_read_at_ = checked_at_;
  sent_since_check_ = read_since_check_ = false;
  checked_at_ = now;
  if (keep_alive_ == std::chrono::seconds::zero()) return absl::OkStatus();
  if (ping_sent_at_.has_value()) {
    if (now - *ping_sent_at_ < kPingPatience) return absl::OkStatus();
    return Lose({Loss::Kind::kNoPingResp, "no PINGRESP in time"});
  }
  if (now - last_sent_at_ < keep_alive_ && now - last_read_at_ < keep_alive_) {
    return absl::OkStatus();
  }
  ping_sent_at_ = now;
  sent_since_check_ = true;
  AppendPingReq(stream_->output());
  return Flush();
}

bool Channel::Cork(bool on) {
  corked_ = on;
  return on || Flush().ok();
}

bool Channel::Takes(std::string_view topic, std::size_t payload, Qos qos,
                    const PublishProperties& properties) {
  if (static_cast<std::uint8_t>(qos) > connack_.maximum_qos) {
    refusal_ = {kQosNotSupported, connack_.maximum_qos, static_cast<std::size_t>(qos)};
    return false;
  }
  if (!IsTopicName(topic)) {
    refusal_ = {kTopicNameInvalid};
    return false;
  }
  const std::uint32_t most = connack_.maximum_packet_size;
  if (most == 0) return true;
  const std::size_t size = PublishPacketSize(topic.size(), payload, qos, properties.size());
  if (size <= most) return true;
  refusal_ = {kPacketTooLarge, most, size};
  return false;
}

Channel::PublishStatus Channel::Publish(const std::string& topic, std::string_view payload, Qos qos,
                                        const PublishProperties& properties, int& packet_id) {
  if (!Takes(topic, payload.size(), qos, properties)) return PublishStatus::kRefused;
  if (++last_packet_id_ == 0) last_packet_id_ = 1;
  packet_id = last_packet_id_;
  AppendPublish({topic, qos, last_packet_id_, properties.wire(), payload}, stream_->output());
  if (qos == Qos::kAtMostOnce) unwritten_.push_back({stream_->put(), packet_id});
  unacknowledged_ = false;
  sent_since_check_ = true;
  if (corked_ && stream_->output().size() < kPieceBytes) return PublishStatus::kSent;
  return Flush().ok() ? PublishStatus::kSent : PublishStatus::kConnectionLost;
}

void Channel::AcknowledgeReceived() {
  if (unacknowledged_) stream_->AcknowledgeReceived();
  unacknowledged_ = false;
}

void Channel::Disconnect(std::uint8_t reason_code) {
  AppendDisconnect(reason_code, stream_->output());
  // It is the last thing that we say: nobody needs to know whether it was heard.
  stream_->Flush().IgnoreError();
}

bool Channel::disconnected_by_broker() const {
  return loss_.has_value() && loss_->kind == Loss::Kind::kDisconnected;
}

bool Channel::taken_over() const {
  return disconnected_by_broker() && loss_->reason_code == kSessionTakenOver;
}

std::string Channel::ReasonOfLoss(const absl::Status& why) const {
  return loss_.has_value() ? loss_->text : std::string(why.message());
}

}  // namespace dino::mqtt
