#ifndef DINO_SERVER_BASE_LITTLE_ENDIAN_H_
#define DINO_SERVER_BASE_LITTLE_ENDIAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dino {

// Numbers as eight bytes that are the same on every machine.
inline constexpr std::size_t kLittleEndianBytes = 8;

inline void AppendLittleEndian(std::uint64_t number, std::string& bytes) {
  std::array<char, kLittleEndianBytes> little{};
  for (std::size_t i = 0; i < little.size(); ++i) {
    little[i] = static_cast<char>(number >> (8 * i) & 0xFFU);
  }
  bytes.append(little.data(), little.size());
}

// The number in the first eight bytes. REQUIRES: there are that many.
constexpr std::uint64_t ReadLittleEndian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kLittleEndianBytes; ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

}  // namespace dino

#endif  // DINO_SERVER_BASE_LITTLE_ENDIAN_H_
