#ifndef DINO_SERVER_BASE_DIGEST_H_
#define DINO_SERVER_BASE_DIGEST_H_

#include <array>
#include <initializer_list>
#include <string_view>

namespace dino {

using Sha1Digest = std::array<unsigned char, 20>;
using Sha256Digest = std::array<unsigned char, 32>;

// The hashes of the pieces, one after the other. Thread-safe.
//
// They fail only without memory or without the library's own algorithms. The process ends then:
// neither events nor API keys could be told apart.
Sha1Digest Sha1(std::initializer_list<std::string_view> pieces);
Sha256Digest Sha256(std::initializer_list<std::string_view> pieces);

// Compares in a time that does not depend on where they differ.
bool EqualInConstantTime(const Sha256Digest& a, const Sha256Digest& b);

}  // namespace dino

#endif  // DINO_SERVER_BASE_DIGEST_H_
