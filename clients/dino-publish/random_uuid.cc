#include "clients/dino-publish/random_uuid.h"

#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "server/base/hex.h"

namespace dino::publish_client {

std::string RandomUuid() {
  constexpr unsigned char kVersion = 0x40;
  constexpr unsigned char kVariant = 0x80;
  std::random_device random;
  std::array<unsigned char, 16> bytes{};
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | kVersion);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | kVariant);
  const std::string hex = ToHex(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

}  // namespace dino::publish_client
