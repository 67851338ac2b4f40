#ifndef DINO_SERVER_FANOUT_DIGEST_H_
#define DINO_SERVER_FANOUT_DIGEST_H_

#include <array>
#include <initializer_list>
#include <string_view>

namespace dino::fanout {

using Sha1Digest = std::array<unsigned char, 20>;
using Sha256Digest = std::array<unsigned char, 32>;

// The hashes of the pieces, one after the other. Thread-safe.
//
// They fail only without memory or without the library's own algorithms; the process ends then,
// because events could no longer be told apart.
Sha1Digest Sha1(std::initializer_list<std::string_view> pieces);
Sha256Digest Sha256(std::initializer_list<std::string_view> pieces);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_DIGEST_H_
