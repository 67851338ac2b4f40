#ifndef DINO_SERVER_AUTH_API_KEY_H_
#define DINO_SERVER_AUTH_API_KEY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace dino::auth {

// What is kept of an API key: its SHA-256.
using KeyDigest = std::array<std::uint8_t, 32>;

inline constexpr std::size_t kMinKeyBytes = 16;
inline constexpr std::size_t kMaxKeyBytes = 512;

// Whether a text may be an API key: 16 to 512 bytes of visible ASCII. The error does not repeat it.
absl::Status CheckKey(std::string_view key);

KeyDigest DigestOf(std::string_view key);

// A digest as 64 lower-case hexadecimal digits, and back from either case; none if it is not one.
std::string ToHex(const KeyDigest& digest);
std::optional<KeyDigest> FromHex(std::string_view hex);

// Compares in a time that says nothing of where they differ.
bool Equal(const KeyDigest& a, const KeyDigest& b);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_API_KEY_H_
