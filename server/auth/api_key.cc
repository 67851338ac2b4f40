#include "server/auth/api_key.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dino::auth {
namespace {

bool IsVisible(char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); }

bool IsHexDigit(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

}  // namespace

absl::Status CheckKey(std::string_view key) {
  if (key.size() >= kMinKeyBytes && key.size() <= kMaxKeyBytes &&
      std::all_of(key.begin(), key.end(), IsVisible)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("must be ", kMinKeyBytes, " to ", kMaxKeyBytes,
                                                 " visible ASCII characters without spaces"));
}

KeyDigest DigestOf(std::string_view key) {
  KeyDigest digest;
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  return digest;
}

std::string ToHex(const KeyDigest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::optional<KeyDigest> FromHex(std::string_view hex) {
  KeyDigest digest;
  if (hex.size() != 2 * digest.size() || !std::all_of(hex.begin(), hex.end(), IsHexDigit)) {
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(absl::string_view(hex.data(), hex.size()));
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

bool Equal(const KeyDigest& a, const KeyDigest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace dino::auth
