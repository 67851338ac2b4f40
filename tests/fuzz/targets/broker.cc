// What a broker sends, in whatever pieces: through the packet reader twice, and through a channel
// that publishes meanwhile.
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/wire/byte_cursor.h"
#include "server/mqtt/wire/packet_reader.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

using mqtt::ByteCursor;
using mqtt::Channel;

// ---- the packet reader ----------------------------------------------------------------

// Takes down all that the reader says.
class Recorder : public mqtt::PacketReader::Handler {
 public:
  const std::string& said() const { return said_; }

  void OnConnAck(mqtt::ConnAck connack) override {
    Add("connack", connack.reason_code, connack.receive_maximum, connack.maximum_qos,
        connack.maximum_packet_size, connack.server_keep_alive.value_or(0));
    AddText(connack.assigned_client_id);
    AddText(connack.reason_string);
    AddText(connack.server_reference);
    Require(connack.maximum_qos <= 2, "a QoS is one");
  }
  void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code,
                std::string_view reason_string) override {
    Require(packet_id != 0, "a packet ID is not 0");
    Add("puback", packet_id, reason_code);
    AddText(reason_string);
  }
  void OnPingResp() override { Add("pingresp"); }
  void OnPublish(std::uint8_t qos, std::uint16_t packet_id) override {
    Require(qos <= 2 && (packet_id != 0) == (qos > 0), "a publication has an ID above QoS 0");
    Add("publish", qos, packet_id);
  }
  void OnPubRel(std::uint16_t packet_id) override { Add("pubrel", packet_id); }
  void OnDisconnect(mqtt::ServerDisconnect disconnect) override {
    Add("disconnect", disconnect.reason_code);
    AddText(disconnect.reason_string);
    AddText(disconnect.server_reference);
  }

 private:
  template <typename... Parts>
  void Add(Parts... parts) {
    (absl::StrAppend(&said_, parts, " "), ...);
  }
  void AddText(std::string_view text) {
    RequirePrintable(text);
    said_.append("'").append(text).append("'\n");
  }

  std::string said_;
};

// All that is said of some bytes that come in pieces of these sizes, in turn.
std::string SaidOf(std::string_view bytes, const std::vector<std::size_t>& sizes) {
  mqtt::PacketReader reader;
  Recorder recorder;
  for (std::size_t piece = 0; !bytes.empty(); ++piece) {
    const std::size_t size = std::min(bytes.size(), sizes[piece % sizes.size()]);
    const absl::Status status = reader.Read(bytes.substr(0, size), recorder);
    if (!status.ok()) {
      RequirePrintable(std::string(status.message()));
      return absl::StrCat(recorder.said(), static_cast<int>(status.code()));
    }
    bytes.remove_prefix(size);
  }
  return recorder.said();
}

void FuzzReader(Input& input) {
  std::vector<std::size_t> sizes;
  for (std::size_t left = 1 + input.Below(4); left > 0; --left) {
    sizes.push_back(1 + input.Below(16));
  }
  const std::string_view bytes = input.Rest();
  Require(SaidOf(bytes, {bytes.size()}) == SaidOf(bytes, sizes),
          "the pieces that bytes come in make no difference");
}

// ---- the channel ----------------------------------------------------------------------

// A connection whose peer is the input.
class InputStream : public mqtt::ByteStream {
 public:
  void Offer(std::string_view bytes) { unread_.append(bytes); }
  void End() { ended_ = true; }
  void set_room(std::size_t room) { room_ = room; }
  const std::string& sent() const { return sent_; }

  void Watch(mqtt::SocketHandler& /*handler*/) override {}
  void AcknowledgeReceived() override {}

 private:
  std::int64_t ReadSome(char* data, std::size_t size) override {
    errno = 0;
    if (unread_.empty() && ended_) return 0;
    const std::size_t count = unread_.copy(data, size);
    unread_.erase(0, count);
    return count > 0 ? static_cast<std::int64_t>(count) : Again();
  }
  std::int64_t WriteSome(std::string_view bytes) override {
    const std::size_t count = std::min(bytes.size(), room_);
    room_ -= count;
    sent_.append(bytes.substr(0, count));
    return count > 0 ? static_cast<std::int64_t>(count) : Again();
  }
  static std::int64_t Again() {
    errno = EAGAIN;
    return -1;
  }

  std::string unread_;
  std::string sent_;
  bool ended_ = false;
  std::size_t room_ = 0;
};

// Requires that these bytes are packets that a publisher may send; the last one may be cut off.
void RequireClientPackets(std::string_view sent) {
  static const std::set<std::uint8_t> kFirstBytes = {0x30, 0x32, 0x40, 0x50, 0x70, 0xC0, 0xE0};
  ByteCursor cursor(sent);
  while (!cursor.empty()) {
    std::uint8_t first = 0;
    std::uint32_t size = 0;
    std::string_view body;
    cursor.TakeByte(first);
    Require(kFirstBytes.count(first) == 1, "what is sent begins as a client's packet");
    if (!cursor.TakeVarint(size) || !cursor.TakeBytes(size, body)) return;
  }
}

class ChannelRun : private mqtt::SocketHandler, private Channel::Listener {
 public:
  explicit ChannelRun(Input& input) : input_(input) {}

  void Run() {
    auto owned = std::make_unique<InputStream>();
    stream_ = owned.get();
    Channel channel(std::move(owned), std::chrono::seconds(input_.Below(3)));
    channel.HandTo(*this, *this);
    while (!input_.empty() && !lost_) Step(channel);
    if (lost_) RequireLoss(channel);
    RequireClientPackets(stream_->sent());
  }

 private:
  void Step(Channel& channel) {
    stream_->set_room(input_.Below(300));
    switch (input_.Below(8)) {
      case 0:
        return Publish(channel);
      case 1:
        return Judge(channel.Cork(input_.Bool()));
      case 2:
        now_ += std::chrono::milliseconds(input_.Number(2));
        return Judge(channel.KeepAlive(now_).ok());
      case 3:
        if (input_.Byte() == 0) stream_->End();
        return Judge(channel.OnSocket(EPOLLIN | EPOLLHUP).ok());
      case 4:
        return channel.AcknowledgeReceived();
      default:
        stream_->Offer(input_.Text(64));
        Judge(channel.OnSocket(EPOLLIN | EPOLLOUT).ok());
    }
  }

  void Publish(Channel& channel) {
    if (!channel.accepted()) return;
    const mqtt::Qos qos = input_.Bool() ? mqtt::Qos::kAtLeastOnce : mqtt::Qos::kAtMostOnce;
    int packet_id = 0;
    const Channel::PublishStatus status = channel.Publish(
        std::string(input_.Text(20)), input_.Text(200), qos, properties_, packet_id);
    if (status == Channel::PublishStatus::kRefused) {
      const std::uint8_t code = channel.refusal().reason_code;
      Require(code == 0x90 || code == 0x95 || code == 0x9B, "a refusal has a reason");
      return;
    }
    Require(packet_id > 0 && packet_id <= 65535, "a publication has a packet ID");
    Judge(status == Channel::PublishStatus::kSent);
  }

  void Judge(bool connected) { lost_ = !connected; }

  static void RequireLoss(const Channel& channel) {
    Require(channel.loss().has_value(), "it is known how a connection was lost");
    RequirePrintable(channel.loss()->text);
    RequirePrintable(channel.loss()->reason_string);
    RequirePrintable(channel.loss()->server_reference);
    Require(!channel.taken_over() || channel.disconnected_by_broker(), "takeover is a DISCONNECT");
  }

  void OnSocket(std::uint32_t /*events*/) override {}
  void OnPubAck(int packet_id, std::uint8_t /*reason_code*/,
                std::string_view reason_string) override {
    Require(packet_id > 0 && packet_id <= 65535, "an answer has a packet ID");
    RequirePrintable(reason_string);
  }

  Input& input_;
  InputStream* stream_ = nullptr;
  bool lost_ = false;
  Clock::time_point now_ = Clock::now();
  const mqtt::PublishProperties properties_{mqtt::PublishOptions{}, std::chrono::seconds(60)};
};

}  // namespace

void FuzzBroker(std::string_view bytes) {
  Input input(bytes);
  if (input.Bool()) {
    FuzzReader(input);
  } else {
    ChannelRun(input).Run();
  }
}

}  // namespace dino::fuzz
