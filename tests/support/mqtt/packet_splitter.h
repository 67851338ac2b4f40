#ifndef DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_
#define DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dino::testing {

// Splits one direction of an MQTT connection into packets of any kind.
//
// Bytes that cannot start a packet are returned unchanged, with all that follow. Not thread-safe.
class PacketSplitter {
 public:
  // Adds bytes of the stream, cut anywhere.
  void Append(std::string_view bytes) { unread_.append(bytes); }

  // Takes the next complete packet; nothing if more bytes are needed.
  std::optional<std::string> Next();

 private:
  std::string unread_;
  // Where the next packet begins in `unread_`.
  std::size_t begin_ = 0;
  bool opaque_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PACKET_SPLITTER_H_
