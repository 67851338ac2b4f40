#include "server/base/topic_text.h"

#include <algorithm>

#include "server/base/utf8.h"

namespace dino {
std::string_view TopicTextRule(std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '+' || c == '#') return "must not contain the wildcards + and #";
    const CodePoint first = FirstCodePoint(text);
    if (first.bytes == 0) return "must be UTF-8";
    if (IsControlOrNonCharacter(first.value)) return "must not contain control characters";
    text.remove_prefix(first.bytes);
  }
  return "";
}

std::string_view TopicNameRule(std::string_view name, std::size_t max_levels) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kMaxTopicNameBytes) return "must be at most 255 bytes";
  if (name.front() == '$') return "must not begin with $";
  if (name.front() == '/' || name.back() == '/' || name.find("//") != std::string_view::npos) {
    return "must have no empty level";
  }
  const auto slashes = static_cast<std::size_t>(std::count(name.begin(), name.end(), '/'));
  if (slashes >= max_levels) return "must have fewer levels: a topic has at most 10";
  return TopicTextRule(name);
}

}  // namespace dino
