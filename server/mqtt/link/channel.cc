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

bool IsTopicName(std::string_view topic) {
  const auto is_forbidden = [](char c) { return c == '+' || c == '#' || c == '\0'; };
  return !topic.empty() && topic.size() <= kMaxTopicBytes &&
         std::none_of(topic.begin(), topic.end(), is_forbidden);
}

}  // namespace

Channel::Channel(std::unique_ptr<ByteStream> stream, ConnAck connack,
                 std::chrono::seconds keep_alive)
    : connack_(connack),
      keep_alive_(connack.server_keep_alive.has_value()
                      ? std::chrono::seconds(*connack.server_keep_alive)
                      : keep_alive),
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
  unacknowledged_ = true;
  read_since_check_ = true;
  absl::Status status =
      stream_->Read([this](std::string_view bytes) { return reader_.Read(bytes, *this); });
  if (absl::IsDataLoss(status)) Disconnect(kProtocolError);
  return status;
}

void Channel::OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code) {
  listener_->OnPubAck(packet_id, reason_code);
}

absl::Status Channel::Flush() {
  absl::Status status = stream_->Flush();
  while (!unwritten_.empty() && unwritten_.front().end <= stream_->written()) {
    const int packet_id = unwritten_.front().packet_id;
    unwritten_.pop_front();
    listener_->OnPubAck(packet_id, kSuccess);
  }
  return status;
}

absl::Status Channel::KeepAlive(Clock::time_point now) {
  // Without a look at the clock for each packet, it may have been as long ago as this.
  if (sent_since_check_) last_sent_at_ = checked_at_;
  if (read_since_check_) last_read_at_ = checked_at_;
  sent_since_check_ = read_since_check_ = false;
  checked_at_ = now;
  if (keep_alive_ == std::chrono::seconds::zero()) return absl::OkStatus();
  if (ping_sent_at_.has_value()) {
    if (now - *ping_sent_at_ < keep_alive_) return absl::OkStatus();
    return absl::UnavailableError("no PINGRESP in time");
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

std::uint8_t Channel::WhyNot(std::string_view topic, std::size_t payload, Qos qos,
                             const PublishProperties& properties) const {
  if (static_cast<std::uint8_t>(qos) > connack_.maximum_qos) return kQosNotSupported;
  if (!IsTopicName(topic)) return kTopicNameInvalid;
  const std::uint32_t most = connack_.maximum_packet_size;
  if (most != 0 && PublishPacketSize(topic.size(), payload, qos, properties.size()) > most) {
    return kPacketTooLarge;
  }
  return kSuccess;
}

Channel::PublishStatus Channel::Publish(const std::string& topic, std::string_view payload, Qos qos,
                                        const PublishProperties& properties, int& packet_id,
                                        std::uint8_t& reason_code) {
  reason_code = WhyNot(topic, payload.size(), qos, properties);
  if (reason_code != kSuccess) return PublishStatus::kRefused;
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
  Flush().IgnoreError();
}

bool Channel::taken_over() const { return disconnect_reason_ == kSessionTakenOver; }

std::string Channel::ReasonOfLoss(const absl::Status& why) const {
  if (!disconnect_reason_.has_value()) return std::string(why.message());
  return absl::StrCat("broker disconnected: ", DescribeReasonCode(*disconnect_reason_),
                      taken_over() ? ": another process uses this client ID" : "");
}

}  // namespace dino::mqtt
