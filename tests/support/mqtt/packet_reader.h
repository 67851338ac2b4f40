#ifndef DINO_TESTS_SUPPORT_MQTT_PACKET_READER_H_
#define DINO_TESTS_SUPPORT_MQTT_PACKET_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dino::testing {

// Reads the MQTT v5 data types (section 1.5 of the specification) from bytes.
//
// A read beyond the end returns zero or nothing and makes `ok()` false for good, so that callers
// can check once, at the end. Does not own the bytes.
class PacketReader {
 public:
  explicit PacketReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t Byte();
  std::uint16_t TwoBytes();
  std::uint32_t FourBytes();
  std::uint32_t VariableByteInteger();
  // A two-byte length, then that many bytes.
  std::string StringOrBinary();
  // A reader of only the next `size` bytes.
  PacketReader Part(std::size_t size);
  // All that is left.
  std::string Rest();

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view Take(std::size_t size);

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PACKET_READER_H_
