#include "server/base/topic_text.h"

#include <algorithm>

namespace dino {
namespace {

// Takes one code point off the front of `text`; false if there is no valid one.
bool TakeCodePoint(std::string_view& text, char32_t& code_point) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  char32_t least = 0;
  code_point = lead;
  if (lead >= 0xF0 && lead < 0xF8) {
    length = 4;
    least = 0x10000;
    code_point = lead & 0x07U;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    length = 3;
    least = 0x800;
    code_point = lead & 0x0FU;
  } else if (lead >= 0xC0 && lead < 0xE0) {
    length = 2;
    least = 0x80;
    code_point = lead & 0x1FU;
  } else if (lead >= 0x80) {
    return false;
  }
  if (text.size() < length) return false;
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return false;
    code_point = (code_point << 6U) | (next & 0x3FU);
  }
  text.remove_prefix(length);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point >= least && code_point <= 0x10FFFF && !surrogate;
}

// MQTT lets brokers refuse control and non-characters, and some do.
bool Printable(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool non_character = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFEU;
  return !control && !non_character;
}

}  // namespace

std::string_view TopicTextRule(std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    if (c == '+' || c == '#') return "must not contain the wildcards + and #";
    char32_t code_point = 0;
    if (!TakeCodePoint(text, code_point)) return "must be UTF-8";
    if (!Printable(code_point)) return "must not contain control characters";
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
