#include "server/fanout/event_id.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace dino::fanout {

std::string RandomEventId() {
  thread_local absl::BitGen random;
  std::array<std::uint64_t, 2> words{random(), random()};
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), words.data(), bytes.size());
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // RFC 4122 variant

  std::string text = absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace dino::fanout
