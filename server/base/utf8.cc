#include "server/base/utf8.h"

namespace dino {
namespace {

// How code points from `least` on are encoded, in this many bytes.
struct Form {
  std::size_t bytes;
  char32_t least;
  unsigned char lead_mask;
  unsigned char lead;
};

constexpr Form kForms[] = {
    {1, 0, 0x80, 0x00}, {2, 0x80, 0xE0, 0xC0}, {3, 0x800, 0xF0, 0xE0}, {4, 0x10000, 0xF8, 0xF0}};

bool IsSurrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

}  // namespace

CodePoint FirstCodePoint(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  for (const Form& form : kForms) {
    if ((lead & form.lead_mask) != form.lead) continue;
    if (text.size() < form.bytes) return {};
    char32_t value = lead & static_cast<unsigned char>(~form.lead_mask);
    for (const char c : text.substr(1, form.bytes - 1)) {
      const auto next = static_cast<unsigned char>(c);
      if ((next & 0xC0U) != 0x80U) return {};
      value = (value << 6U) | (next & 0x3FU);
    }
    if (value < form.least || value > 0x10FFFF || IsSurrogate(value)) return {};
    return {value, form.bytes};
  }
  return {};
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (first.bytes == 0) return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

bool IsControlOrNonCharacter(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool non_character = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFEU;
  return control || non_character;
}

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (first.bytes == 0 || IsControlOrNonCharacter(first.value)) return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

}  // namespace dino
