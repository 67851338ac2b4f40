#ifndef DINO_SERVER_BASE_DIGEST_H_
#define DINO_SERVER_BASE_DIGEST_H_

#include <array>
#include <initializer_list>
#include <string_view>

namespace dino {

using Sha1Digest = std::array<unsigned char, 20>;
using Sha256Digest = std::array<unsigned char, 32>;

// The hash of the concatenated pieces. Thread-safe.
//
// They can only fail if memory or the library's algorithm is missing. The process then aborts: it
// could not tell events or API keys apart.
Sha1Digest Sha1(std::initializer_list<std::string_view> pieces);
Sha256Digest Sha256(std::initializer_list<std::string_view> pieces);

// Compares in constant time.
bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace dino

#endif  // DINO_SERVER_BASE_DIGEST_H_
