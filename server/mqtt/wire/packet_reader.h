#ifndef DINO_SERVER_MQTT_WIRE_PACKET_READER_H_
#define DINO_SERVER_MQTT_WIRE_PACKET_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace dino::mqtt {

// Finds in a stream of bytes the packets that a broker may send to a client which has subscribed to
// nothing: PUBACK, PINGRESP and DISCONNECT. Not thread-safe.
class PacketReader {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code) = 0;
    virtual void OnPingResp() = 0;
    // The last packet: what follows it is not looked at.
    virtual void OnDisconnect(std::uint8_t reason_code) = 0;
  };

  // A packet has at most so many bytes behind its length: a reason in words, and properties.
  static constexpr std::size_t kMaxRemaining = 131072;

  // The next bytes. An error means that the broker breaks the protocol, and nothing more can be
  // read; what came before it was handled.
  absl::Status Read(std::string_view bytes, Handler& handler);

 private:
  // Handles the packets at the start of `bytes` and removes them; what is left is none, or the
  // start of one.
  static absl::Status ReadWhole(std::string_view& bytes, Handler& handler);

  // The start of a packet.
  std::string started_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_PACKET_READER_H_
