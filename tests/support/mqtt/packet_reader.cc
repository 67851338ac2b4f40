#include "tests/support/mqtt/packet_reader.h"

namespace dino::testing {

std::string_view PacketReader::Take(std::size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint8_t PacketReader::Byte() {
  const std::string_view bytes = Take(1);
  return bytes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(bytes[0]);
}

std::uint16_t PacketReader::TwoBytes() {
  const unsigned high = Byte();
  const unsigned low = Byte();
  return static_cast<std::uint16_t>(high << 8U | low);
}

std::uint32_t PacketReader::FourBytes() {
  const std::uint32_t high = TwoBytes();
  const std::uint32_t low = TwoBytes();
  return high << 16U | low;
}

std::uint32_t PacketReader::VariableByteInteger() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint8_t byte = Byte();
    value |= (byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::string PacketReader::StringOrBinary() {
  const std::size_t size = TwoBytes();
  return std::string(Take(size));
}

PacketReader PacketReader::Part(std::size_t size) { return PacketReader(Take(size)); }

std::string PacketReader::Rest() { return std::string(Take(rest_.size())); }

}  // namespace dino::testing
