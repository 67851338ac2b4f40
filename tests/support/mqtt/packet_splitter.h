#ifndef DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_
#define DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dino::testing {

// Cuts one direction of an MQTT connection into packets, whatever they are.
//
// Bytes that cannot begin a packet come out as they are, with all that follows. Not
// thread-safe.
class PacketSplitter {
 public:
  // Adds bytes of the stream, cut anywhere.
  void Append(std::string_view bytes) { unread_.append(bytes); }

  // Takes the next packet, whole; nothing if more bytes are needed.
  std::optional<std::string> Next();

 private:
  std::string unread_;
  // Where the next packet begins in `unread_`.
  std::size_t begin_ = 0;
  bool opaque_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_
