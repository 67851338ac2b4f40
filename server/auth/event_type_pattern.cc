#include "server/auth/event_type_pattern.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"

namespace dino::auth {
namespace {

constexpr std::size_t kMaxTypeBytes = 64;

bool IsTypeCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-' || c == '_';
}

bool IsOpen(std::string_view pattern) { return !pattern.empty() && pattern.back() == '*'; }

}  // namespace

std::string_view EventTypePatternRule(std::string_view pattern) {
  const bool open = IsOpen(pattern);
  if (open) pattern.remove_suffix(1);
  const bool fits = (open || !pattern.empty()) && pattern.size() <= kMaxTypeBytes &&
                    std::all_of(pattern.begin(), pattern.end(), IsTypeCharacter);
  return fits ? "" : "must be an event_type, 1 to 64 of a-z, 0-9, _ and -, or its beginning and *";
}

bool EventTypeMatches(std::string_view pattern, std::string_view event_type) {
  if (!IsOpen(pattern)) return pattern == event_type;
  pattern.remove_suffix(1);
  return event_type.substr(0, pattern.size()) == pattern;
}

}  // namespace dino::auth
