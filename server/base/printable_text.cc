#include "server/base/printable_text.h"

#include <algorithm>

#include "server/base/utf8.h"

namespace dino {
namespace {

constexpr std::string_view kMore = "...";

bool ChangesLineOrDirection(char32_t c) {
  return (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

bool IsPrintable(char32_t c) { return !IsControlOrNonCharacter(c) && !ChangesLineOrDirection(c); }

}  // namespace

std::string PrintableText(std::string_view text, std::size_t max_bytes) {
  std::string printable;
  // Where the text is cut if it turns out to be too long.
  std::size_t cut = 0;
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    const std::size_t bytes = std::max<std::size_t>(first.bytes, 1);
    const bool shown = first.bytes > 0 && IsPrintable(first.value);
    const std::string_view next = shown ? text.substr(0, bytes) : std::string_view("?");
    if (printable.size() + next.size() > max_bytes) {
      printable.resize(cut);
      return printable.append(kMore);
    }
    printable += next;
    if (printable.size() + kMore.size() <= max_bytes) cut = printable.size();
    text.remove_prefix(bytes);
  }
  return printable;
}

}  // namespace dino
