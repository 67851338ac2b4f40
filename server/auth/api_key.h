#ifndef DINO_SERVER_AUTH_API_KEY_H_
#define DINO_SERVER_AUTH_API_KEY_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "server/base/digest.h"

namespace dino::auth {

// What is kept of an API key: its SHA-256.
using KeyDigest = Sha256Digest;

inline constexpr std::size_t kMinKeyBytes = 16;
inline constexpr std::size_t kMaxKeyBytes = 512;

// Whether a text may be an API key: 16 to 512 bytes of visible ASCII. The error does not repeat it.
absl::Status CheckKey(std::string_view key);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_API_KEY_H_
