#include "server/base/hex.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace dino {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// The value of a digit of either case; npos if it is not a digit.
std::size_t ValueOf(char digit) {
  return kDigits.find(absl::ascii_tolower(static_cast<unsigned char>(digit)));
}

}  // namespace

std::string ToHex(absl::Span<const unsigned char> bytes) {
  std::string digits(2 * bytes.size(), '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    digits[2 * i] = kDigits[bytes[i] >> 4U];
    digits[2 * i + 1] = kDigits[bytes[i] & 15U];
  }
  return digits;
}

bool FromHex(std::string_view digits, absl::Span<unsigned char> bytes) {
  if (digits.size() != 2 * bytes.size()) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t high = ValueOf(digits[2 * i]);
    const std::size_t low = ValueOf(digits[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    bytes[i] = static_cast<unsigned char>(high << 4U | low);
  }
  return true;
}

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace dino
