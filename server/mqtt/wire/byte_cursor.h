#ifndef DINO_SERVER_MQTT_WIRE_BYTE_CURSOR_H_
#define DINO_SERVER_MQTT_WIRE_BYTE_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dino::mqtt {

// Takes the fields of a packet, as MQTT encodes them, from the start of some bytes. Each function
// is false, and takes nothing that means anything, if they are not all there or not valid.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool TakeByte(std::uint8_t& value) {
    if (rest_.empty()) return false;
    value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeUint16(std::uint16_t& value) {
    std::uint8_t high = 0;
    std::uint8_t low = 0;
    if (!TakeByte(high) || !TakeByte(low)) return false;
    value = static_cast<std::uint16_t>(high << 8U | low);
    return true;
  }

  bool TakeUint32(std::uint32_t& value) {
    std::uint16_t high = 0;
    std::uint16_t low = 0;
    if (!TakeUint16(high) || !TakeUint16(low)) return false;
    value = static_cast<std::uint32_t>(high) << 16U | low;
    return true;
  }

  // A variable byte integer.
  bool TakeVarint(std::uint32_t& value) {
    constexpr unsigned kMaxShift = 21;
    value = 0;
    std::uint8_t byte = 0;
    for (unsigned shift = 0; shift <= kMaxShift; shift += 7) {
      if (!TakeByte(byte)) return false;
      value |= (byte & 0x7FU) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool TakeBytes(std::size_t count, std::string_view& value) {
    if (rest_.size() < count) return false;
    value = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }

  // Text, or binary data: with its length in front.
  bool TakeText(std::string_view& value) {
    std::uint16_t size = 0;
    return TakeUint16(size) && TakeBytes(size, value);
  }

 private:
  std::string_view rest_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_WIRE_BYTE_CURSOR_H_
