#include "server/fanout/event_id.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/random/random.h"
#include "server/base/digest.h"
#include "server/base/hex.h"

namespace dino::fanout {
namespace {

// Part of the API: another value would change the event IDs of repeated calls.
constexpr std::string_view kNamespace(
    "\x69\x03\x6f\x9f\x2e\x9f\x48\x49\xa3\x5c\x7e\xa1\xa6\x09\xb7\x19", 16);

// Makes the first 16 of `bytes` a UUID of that version.
std::string Uuid(const unsigned char* bytes, unsigned char version) {
  std::array<unsigned char, 16> uuid{};
  std::memcpy(uuid.data(), bytes, uuid.size());
  uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0FU) | version << 4U);
  uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3FU) | 0x80U);  // RFC 4122 variant

  std::string text = ToHex(uuid);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

std::string RandomEventId() {
  thread_local absl::BitGen random;
  const std::array<std::uint64_t, 2> words{random(), random()};
  return Uuid(reinterpret_cast<const unsigned char*>(words.data()), 4);
}

std::string EventIdOf(std::string_view idempotency_key) {
  return Uuid(Sha1({kNamespace, idempotency_key}).data(), 5);
}

}  // namespace dino::fanout
