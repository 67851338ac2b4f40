#ifndef DINO_SERVER_MQTT_LINK_CHANNEL_H_
#define DINO_SERVER_MQTT_LINK_CHANNEL_H_

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
#include "server/mqtt/link/poller.h"
#include "server/mqtt/wire/connack.h"
#include "server/mqtt/wire/packet_reader.h"
#include "server/mqtt/wire/publish_properties.h"

namespace dino::mqtt {

// An MQTT v5 connection that the broker has accepted, from its CONNACK on: publishes, and keeps it
// alive. Never blocks. Not thread-safe.
//
// The listener is told of answers while one of `OnSocket`, `Publish`, `Cork` and `KeepAlive` runs;
// it must not destroy the channel from there.
class Channel : private PacketReader::Handler {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // The broker answered (QoS 1) or the packet is in the socket (QoS 0, code 0).
    virtual void OnPubAck(int packet_id, std::uint8_t reason_code) = 0;
  };

  enum class PublishStatus {
    kSent,     // On its way; OnPubAck follows, or has been called (QoS 0).
    kRefused,  // Not sent: this broker takes no such packet; `reason_code` says why.
    kConnectionLost,
  };

  // The broker has answered `connack`. A ping is due when nothing was sent, or nothing came, for
  // `keep_alive`; 0 for never.
  Channel(std::unique_ptr<ByteStream> stream, ConnAck connack, std::chrono::seconds keep_alive);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() override = default;

  // From now on `handler` is told when `OnSocket` has something to do, and `listener` of answers;
  // until then nobody is. Both outlive the channel.
  void HandTo(SocketHandler& handler, Listener& listener);

  // What the broker announced.
  const ConnAck& connack() const { return connack_; }

  // Reads what has come, and writes what waits. An error means that the connection is lost.
  absl::Status OnSocket(std::uint32_t events);
  // Sends a ping when it is time; an error if the last one was not answered.
  absl::Status KeepAlive(Clock::time_point now);

  // Watches for what the channel waits for. To be called after `OnSocket`, and after what sends.
  // REQUIRES: it was handed over.
  void Watch() { stream_->Watch(*handler_); }
  // Whether something waits for room.
  bool wants_write() const { return stream_->pending(); }

  // Holds back (true) or lets go (false) what is published, so that a burst of small packets leaves
  // at once. False if the connection is lost.
  bool Cork(bool on);

  // Sends one publication. `packet_id` is written before OnPubAck can be called.
  PublishStatus Publish(const std::string& topic, std::string_view payload, Qos qos,
                        const PublishProperties& properties, int& packet_id,
                        std::uint8_t& reason_code);

  // Tells the broker's TCP now that what has come was received, unless a publication sent since
  // then says so, and not some 40 ms later.
  void AcknowledgeReceived();

  // Sends DISCONNECT, if there is room.
  void Disconnect(std::uint8_t reason_code);

  // True if the broker said that another connection uses our client ID.
  bool taken_over() const;
  // True if it ended the connection by DISCONNECT.
  bool disconnected_by_broker() const { return disconnect_reason_.has_value(); }
  // Why the connection is lost: what the broker said if it said something, else `why`.
  std::string ReasonOfLoss(const absl::Status& why) const;

 private:
  // QoS 0: it is written when so many bytes are.
  struct Unwritten {
    std::uint64_t end = 0;
    int packet_id = 0;
  };

  void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code) override;
  void OnPingResp() override { ping_sent_at_.reset(); }
  void OnDisconnect(std::uint8_t reason_code) override { disconnect_reason_ = reason_code; }

  absl::Status Read();
  absl::Status Flush();
  // Why the broker would not take such a packet; 0 if it would.
  std::uint8_t WhyNot(std::string_view topic, std::size_t payload, Qos qos,
                      const PublishProperties& properties) const;

  const ConnAck connack_;
  const std::chrono::seconds keep_alive_;
  const std::unique_ptr<ByteStream> stream_;
  SocketHandler* handler_ = nullptr;
  Listener* listener_ = nullptr;
  PacketReader reader_;
  bool corked_ = false;
  std::uint16_t last_packet_id_ = 0;
  std::deque<Unwritten> unwritten_;
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
  // The code of the broker's DISCONNECT.
  std::optional<std::uint8_t> disconnect_reason_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CHANNEL_H_
