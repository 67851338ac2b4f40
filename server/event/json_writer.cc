#include "server/event/json_writer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dino::event {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

// Not 0 if one of eight bytes is 0.
constexpr std::uint64_t HasZero(std::uint64_t bytes) { return (bytes - kOnes) & ~bytes; }

// True if one of eight bytes is a control character, a quotation mark or a backslash.
bool NeedEscapes(std::uint64_t bytes) {
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  return ((controls | HasZero(bytes ^ kOnes * '"') | HasZero(bytes ^ kOnes * '\\')) & kHighBits) !=
         0;
}

bool NeedsEscapes(std::string_view text) {
  std::uint64_t bytes = 0;
  while (text.size() >= sizeof(bytes)) {
    std::memcpy(&bytes, text.data(), sizeof(bytes));
    if (NeedEscapes(bytes)) return true;
    text.remove_prefix(sizeof(bytes));
  }
  // Padded with spaces.
  bytes = kOnes * ' ';
  std::memcpy(&bytes, text.data(), text.size());
  return NeedEscapes(bytes);
}

}  // namespace

void JsonWriter::Text(std::string_view text) {
  if (NeedsEscapes(text)) {
    String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  Prefix(rapidjson::kStringType);
  char* place = os_->Push(text.size() + 2);
  *place++ = '"';
  place = std::copy(text.begin(), text.end(), place);
  *place = '"';
  EndValue(true);
}

}  // namespace dino::event
