#include "server/base/topic_text.h"

#include <algorithm>

#include "server/base/utf8.h"

namespace dino {
namespace {

// Takes the first level, and the slash after it, from a topic.
std::string_view TakeLevel(std::string_view& topic) {
  const std::string_view level = topic.substr(0, topic.find('/'));
  topic.remove_prefix(std::min(topic.size(), level.size() + 1));
  return level;
}

// The rule of a name's size and levels; empty if it breaks none.
std::string_view LevelsRule(std::string_view name, std::size_t max_levels) {
  if (name.empty()) return "must not be empty";
  if (name.size() > kMaxTopicNameBytes) return "must be at most 255 bytes";
  if (name.front() == '$') return "must not begin with $";
  if (name.front() == '/' || name.back() == '/' || name.find("//") != std::string_view::npos) {
    return "must have no empty level";
  }
  const auto slashes = static_cast<std::size_t>(std::count(name.begin(), name.end(), '/'));
  return slashes >= max_levels ? "must have fewer levels: a topic has at most 10" : "";
}

}  // namespace

std::string_view TopicTextRule(std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '+' || c == '#') return "must not contain the wildcards + and #";
    const CodePoint first = FirstCodePoint(text);
    if (first.bytes == 0) return "must be UTF-8";
    if (IsControlOrNonCharacter(first.value)) {
      return "must not contain control characters or noncharacters";
    }
    text.remove_prefix(first.bytes);
  }
  return "";
}

std::string_view TopicNameRule(std::string_view name, std::size_t max_levels) {
  const std::string_view rule = LevelsRule(name, max_levels);
  return rule.empty() ? TopicTextRule(name) : rule;
}

std::string_view TopicFilterRule(std::string_view filter, std::size_t max_levels) {
  std::string_view rule = LevelsRule(filter, max_levels);
  while (rule.empty() && !filter.empty()) {
    const std::string_view level = TakeLevel(filter);
    if (level == "#" && !filter.empty()) return "must have # as the last level only";
    if (level != "+" && level != "#") rule = TopicTextRule(level);
  }
  return rule;
}

bool TopicFilterMatches(std::string_view filter, std::string_view name) {
  while (!filter.empty()) {
    const std::string_view wanted = TakeLevel(filter);
    if (wanted == "#") return true;
    if (name.empty()) return false;
    const std::string_view level = TakeLevel(name);
    if (wanted != "+" && wanted != level) return false;
  }
  return name.empty();
}

}  // namespace dino
