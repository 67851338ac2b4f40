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

// The groups of digits in a UUID's text.
struct Group {
  std::size_t place;
  std::size_t digits;
};
constexpr std::array<Group, 5> kGroups{{{0, 8}, {9, 4}, {14, 4}, {19, 4}, {24, 12}}};

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
  const std::string digits = ToHex(event_id);
  std::string text(36, '-');
  std::size_t from = 0;
  for (const Group& group : kGroups) {
    digits.copy(&text[group.place], group.digits, from);
    from += group.digits;
  }
  return text;
}

}  // namespace dino::fanout
