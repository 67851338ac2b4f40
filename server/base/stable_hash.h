#ifndef DINO_SERVER_BASE_STABLE_HASH_H_
#define DINO_SERVER_BASE_STABLE_HASH_H_

#include <cstdint>
#include <string_view>

namespace dino {

// Mixes the bits of a number (the finalizer of SplitMix64). The same in every process and version.
constexpr std::uint64_t Mix(std::uint64_t key) {
  key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9U;
  key = (key ^ (key >> 27)) * 0x94D049BB133111EBU;
  return key ^ (key >> 31);
}

// A hash of a text that is the same in every process and version, which absl::Hash is not (FNV-1a,
// mixed). For what replicas must agree on; not against attackers.
constexpr std::uint64_t StableHash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
  }
  return Mix(hash);
}

}  // namespace dino

#endif  // DINO_SERVER_BASE_STABLE_HASH_H_
