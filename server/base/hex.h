#ifndef DINO_SERVER_BASE_HEX_H_
#define DINO_SERVER_BASE_HEX_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace dino {

// Two lower-case hexadecimal digits for each byte.
std::string ToHex(absl::Span<const unsigned char> bytes);

// Fills `bytes` from two digits each, in either case. False if `digits` are anything else; `bytes`
// are then unspecified.
bool FromHex(std::string_view digits, absl::Span<unsigned char> bytes);

// True if `text` has only lower-case hexadecimal digits.
bool IsLowerHex(std::string_view text);

}  // namespace dino

#endif  // DINO_SERVER_BASE_HEX_H_
