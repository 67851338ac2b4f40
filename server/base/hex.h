#ifndef DINO_SERVER_BASE_HEX_H_
#define DINO_SERVER_BASE_HEX_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace dino {

// Two lower-case hexadecimal digits for each byte.
std::string ToHex(absl::Span<const unsigned char> bytes);

// Fills `bytes` from two digits of either case for each. False, and `bytes` are undefined, if
// `digits` are anything else.
bool FromHex(std::string_view digits, absl::Span<unsigned char> bytes);

// True if these are hexadecimal digits only, in lower case.
bool IsLowerHex(std::string_view text);

}  // namespace dino

#endif  // DINO_SERVER_BASE_HEX_H_
