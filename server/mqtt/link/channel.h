#ifndef DINO_SERVER_MQTT_LINK_CHANNEL_H_
#define DINO_SERVER_MQTT_LINK_CHANNEL_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/link/byte_stream.h"
#include "server/mqtt/link/loss.h"
#include "server/mqtt/link/poller.h"
#include "server/mqtt/wire/connack.h"
#include "server/mqtt/wire/packet_reader.h"
#include "server/mqtt/wire/publish_properties.h"

namespace dino::mqtt {

// An MQTT v5 connection on which CONNECT was sent: reads all that the broker says, CONNACK
// included, publishes once the broker has accepted, and keeps the connection alive. Never blocks.
// Not thread-safe.
//
// Publications that the broker sends, since some subscribe their clients themselves, are
// acknowledged (QoS 1) or refused (QoS 2), dropped and counted.
//
// The listener is told of answers while one of `OnSocket`, `Publish`, `Cork` and `KeepAlive` runs;
// it must not destroy the channel from there.
class Channel : private PacketReader::Handler {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // The broker answered (QoS 1) or the packet is in the socket (QoS 0, code 0). `reason_string`
    // is what it gave as a reason, fit for a log; valid during the call.
    virtual void OnPubAck(int packet_id, std::uint8_t reason_code,
                          std::string_view reason_string) = 0;
  };

  enum class PublishStatus {
    kSent,     // On its way; OnPubAck follows, or has been called (QoS 0).
    kRefused,  // Not sent: this broker takes no such packet; `refusal` says why.
    kConnectionLost,
  };

  // What the broker does not take.
  struct Refusal {
    // That it would give itself: QoS not supported, packet too large, topic name invalid.
    std::uint8_t reason_code = 0;
    // The highest QoS, or the largest packet in bytes, that it announced, and what this one has.
    // 0 with a topic name.
    std::size_t limit = 0;
    std::size_t actual = 0;
  };

  // A ping is due when nothing was sent, or nothing came, for `keep_alive`, or for the broker's
  // keep-alive if that is shorter; 0 for never.
  Channel(std::unique_ptr<ByteStream> stream, std::chrono::seconds keep_alive);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() override = default;

  // From now on `handler` is told when `OnSocket` has something to do, and `listener` of answers;
  // until then nobody is. Both outlive the channel.
  void HandTo(SocketHandler& handler, Listener& listener);

  // Whether the broker has accepted the connection, and what it announced then.
  bool accepted() const { return accepted_; }
  const ConnAck& connack() const { return connack_; }

  // Reads what has come, and writes what waits. An error means that the connection is lost.
  absl::Status OnSocket(std::uint32_t events);
  // Sends a ping when it is time; an error if the last one was not answered within five seconds.
  // To be called that often.
  absl::Status KeepAlive(Clock::time_point now);
  static constexpr std::chrono::seconds kKeepAliveCheck{1};

  // Watches for what the channel waits for. To be called after `OnSocket`, and after what sends.
  // REQUIRES: it was handed over.
  void Watch() { stream_->Watch(*handler_); }
  // Whether something waits for room.
  bool wants_write() const { return stream_->pending(); }

  // Holds back (true) or lets go (false) what is published, so that a burst of small packets leaves
  // at once. False if the connection is lost.
  bool Cork(bool on);

  // Sends one publication. `packet_id` is written before OnPubAck can be called.
  // REQUIRES: accepted().
  PublishStatus Publish(const std::string& topic, std::string_view payload, Qos qos,
                        const PublishProperties& properties, int& packet_id);
  // Why the last publication that was refused was.
  const Refusal& refusal() const { return refusal_; }

  // Tells the broker's TCP now that what has come was received, unless a publication sent since
  // then says so, and not some 40 ms later.
  void AcknowledgeReceived();

  // Sends DISCONNECT, if there is room.
  void Disconnect(std::uint8_t reason_code);

  // How many publications came from the broker, by QoS.
  const std::array<std::uint64_t, 3>& unsolicited() const { return unsolicited_; }

  // How the connection was lost; none as long as it is not.
  const std::optional<Loss>& loss() const { return loss_; }
  // True if the broker said that another connection uses our client ID.
  bool taken_over() const;
  // True if it ended the connection by DISCONNECT.
  bool disconnected_by_broker() const;
  // Why the connection is lost: as `loss` has it, else `why`.
  std::string ReasonOfLoss(const absl::Status& why) const;

 private:
  // QoS 0: it is written when so many bytes are.
  struct Unwritten {
    std::uint64_t end = 0;
    int packet_id = 0;
  };

  void OnConnAck(ConnAck connack) override;
  void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code,
                std::string_view reason_string) override;
  void OnPingResp() override { ping_sent_at_.reset(); }
  void OnPublish(std::uint8_t qos, std::uint16_t packet_id) override;
  void OnPubRel(std::uint16_t packet_id) override;
  void OnDisconnect(ServerDisconnect disconnect) override;

  absl::Status Read();
  absl::Status ReadStream();
  absl::Status Flush();
  // Notes how the connection was lost, if that is not known yet, and says it.
  absl::Status Lose(Loss loss);
  bool Takes(std::string_view topic, std::size_t payload, Qos qos,
             const PublishProperties& properties);

  ConnAck connack_;
  bool accepted_ = false;
  std::chrono::seconds keep_alive_;
  const std::unique_ptr<ByteStream> stream_;
  SocketHandler* handler_ = nullptr;
  Listener* listener_ = nullptr;
  PacketReader reader_;
  bool corked_ = false;
  std::uint16_t last_packet_id_ = 0;
  std::deque<Unwritten> unwritten_;
  Refusal refusal_;
  std::array<std::uint64_t, 3> unsolicited_{};
  // Answers to the broker's publications since the output was empty.
  std::size_t unwritten_answers_ = 0;
  // Whether something was read, and nothing published since.
  bool unacknowledged_ = false;
  Clock::time_point last_sent_at_;
  Clock::time_point last_read_at_;
  // A ping that awaits its answer.
  std::optional<Clock::time_point> ping_sent_at_;
  // When `KeepAlive` was called last, and what was done since then.
  Clock::time_point checked_at_;
  bool sent_since_check_ = false;
  bool read_since_check_ = false;
  std::optional<Loss> loss_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CHANNEL_H_
