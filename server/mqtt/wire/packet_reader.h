#ifndef DINO_SERVER_MQTT_WIRE_PACKET_READER_H_
#define DINO_SERVER_MQTT_WIRE_PACKET_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/mqtt/wire/connack.h"

namespace dino::mqtt {

// A broker's DISCONNECT. Its texts are fit for a log, and empty if it said none.
struct ServerDisconnect {
  std::uint8_t reason_code = 0;
  std::string reason_string;
  std::string server_reference;
};

// Finds in all bytes that a broker sends the packets for a client which publishes and has
// subscribed to nothing: CONNACK, which must come first, PUBACK, PINGRESP and DISCONNECT; also
// PUBLISH and PUBREL, since some brokers subscribe their clients themselves. Takes time in
// proportion to the bytes, whatever pieces they come in. Not thread-safe.
class PacketReader {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // With a reason code that is not 0 it is the last packet.
    virtual void OnConnAck(ConnAck connack) = 0;
    // `reason_string` is fit for a log, and valid during the call.
    virtual void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code,
                          std::string_view reason_string) = 0;
    virtual void OnPingResp() = 0;
    // `packet_id` is 0 with QoS 0.
    virtual void OnPublish(std::uint8_t qos, std::uint16_t packet_id) = 0;
    virtual void OnPubRel(std::uint16_t packet_id) = 0;
    // The last packet: what follows it is not looked at.
    virtual void OnDisconnect(ServerDisconnect disconnect) = 0;
  };

  // A packet has at most so many bytes behind its length: a reason in words, and properties. Of a
  // PUBLISH only the start is read, and it may be as long as it likes.
  static constexpr std::size_t kMaxRemaining = 131072;

  // The next bytes. DATA_LOSS means that the broker breaks the protocol, UNAVAILABLE that it ended
  // the connection; nothing more can be read after either. What came before was handled.
  absl::Status Read(std::string_view bytes, Handler& handler);

 private:
  // Where a packet ends, and how much of it must be there before it can be handled.
  struct Extent {
    std::size_t head = 0;
    std::size_t needed = 0;
    std::size_t total = 0;
  };

  // As far as `bytes`, the start of a packet, tell.
  absl::Status Measure(std::string_view bytes, Extent& extent) const;
  absl::Status Handle(std::uint8_t first, std::string_view body, Handler& handler);
  absl::Status HandleConnAck(std::string_view body, Handler& handler);

  bool accepted_ = false;
  // The start of a packet of which `needed_` bytes are wanted.
  std::string started_;
  std::size_t needed_ = 0;
  // Bytes of a packet's end that nobody wants.
  std::size_t skip_ = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PACKET_READER_H_
