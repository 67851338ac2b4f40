#include "server/mqtt/link/publish_channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

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

PublishChannel::PublishChannel(int socket, ssl_st* tls, const ConnAck& limits,
                               std::chrono::seconds keep_alive, Listener& listener)
    : socket_(socket),
      limits_(limits),
      keep_alive_(limits.server_keep_alive.has_value()
                      ? std::chrono::seconds(*limits.server_keep_alive)
                      : keep_alive),
      listener_(listener),
      stream_(socket, tls),
      last_sent_at_(Clock::now()),
      last_read_at_(last_sent_at_),
      checked_at_(last_sent_at_) {}

absl::Status PublishChannel::OnSocket(std::uint32_t events) {
  constexpr std::uint32_t kTrouble = EPOLLERR | EPOLLHUP;
  absl::Status status;
  // Answers that came before the end count.
  if ((events & (EPOLLIN | kTrouble)) != 0) status = Read();
  if (status.ok() && (events & (EPOLLOUT | kTrouble)) != 0) status = Flush();
  return status;
}

absl::Status PublishChannel::Read() {
  unacknowledged_ = true;
  read_since_check_ = true;
  absl::Status status =
      stream_.Read([this](std::string_view bytes) { return reader_.Read(bytes, *this); });
  if (absl::IsDataLoss(status)) Disconnect(kProtocolError);
  return status;
}

void PublishChannel::OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code) {
  listener_.OnPubAck(packet_id, reason_code);
}

absl::Status PublishChannel::Flush() {
  absl::Status status = stream_.Flush();
  while (!unwritten_.empty() && unwritten_.front().end <= stream_.written()) {
    const int packet_id = unwritten_.front().packet_id;
    unwritten_.pop_front();
    listener_.OnPubAck(packet_id, kSuccess);
  }
  return status;
}

absl::Status PublishChannel::KeepAlive(Clock::time_point now) {
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
  AppendPingReq(stream_.output());
  return Flush();
}

bool PublishChannel::Cork(bool on) {
  corked_ = on;
  return on || Flush().ok();
}

std::uint8_t PublishChannel::WhyNot(std::string_view topic, std::size_t payload, Qos qos,
                                    const PublishProperties& properties) const {
  if (static_cast<std::uint8_t>(qos) > limits_.maximum_qos) return kQosNotSupported;
  if (!IsTopicName(topic)) return kTopicNameInvalid;
  const std::uint32_t most = limits_.maximum_packet_size;
  if (most != 0 && PublishPacketSize(topic.size(), payload, qos, properties.size()) > most) {
    return kPacketTooLarge;
  }
  return kSuccess;
}

PublishChannel::PublishStatus PublishChannel::Publish(const std::string& topic,
                                                      std::string_view payload, Qos qos,
                                                      const PublishProperties& properties,
                                                      int& packet_id, std::uint8_t& reason_code) {
  reason_code = WhyNot(topic, payload.size(), qos, properties);
  if (reason_code != kSuccess) return PublishStatus::kRefused;
  if (++last_packet_id_ == 0) last_packet_id_ = 1;
  packet_id = last_packet_id_;
  AppendPublish({topic, qos, last_packet_id_, properties.wire(), payload}, stream_.output());
  if (qos == Qos::kAtMostOnce) unwritten_.push_back({stream_.put(), packet_id});
  unacknowledged_ = false;
  sent_since_check_ = true;
  if (corked_ && stream_.output().size() < kPieceBytes) return PublishStatus::kSent;
  return Flush().ok() ? PublishStatus::kSent : PublishStatus::kConnectionLost;
}

void PublishChannel::AcknowledgeReceived() {
  constexpr int kOn = 1;
  // A kernel without the option only makes us slower.
  if (unacknowledged_) setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &kOn, sizeof(kOn));
  unacknowledged_ = false;
}

void PublishChannel::Disconnect(std::uint8_t reason_code) {
  AppendDisconnect(reason_code, stream_.output());
  // It is the last thing that we say: nobody needs to know whether it was heard.
  Flush().IgnoreError();
}

}  // namespace dino::mqtt
