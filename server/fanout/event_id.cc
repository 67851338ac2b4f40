#include "server/fanout/event_id.h"

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
EventId Uuid(const unsigned char* bytes, unsigned char version) {
  EventId uuid{};
  std::memcpy(uuid.data(), bytes, uuid.size());
  uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0FU) | version << 4U);
  uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3FU) | 0x80U);  // RFC 4122 variant
  return uuid;
}

}  // namespace

EventId RandomEventId() {
  thread_local absl::BitGen random;
  const std::array<std::uint64_t, 2> words{random(), random()};
  return Uuid(reinterpret_cast<const unsigned char*>(words.data()), 4);
}

EventId EventIdOf(std::string_view caller, std::string_view idempotency_key) {
  return Uuid(Sha1({kNamespace, caller, " ", idempotency_key}).data(), 5);
}

std::string TextOf(const EventId& event_id) {
  std::string text = ToHex(event_id);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace dino::fanout
