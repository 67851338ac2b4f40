#ifndef DINO_SERVER_BASE_UTF8_H_
#define DINO_SERVER_BASE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace dino {

struct CodePoint {
  char32_t value = 0;
  // How many bytes encode it; 0 if they are not UTF-8.
  std::size_t bytes = 0;
};

// The code point at the start of `text`. As in RFC 3629: no surrogates, no overlong encodings,
// nothing above U+10FFFF.
//
// REQUIRES: !text.empty().
CodePoint FirstCodePoint(std::string_view text);

bool IsUtf8(std::string_view text);

// True for control characters and non-characters: MQTT lets brokers refuse them, and no log shows
// them.
bool IsControlOrNonCharacter(char32_t c);

// Whether `text` is UTF-8 without them: every MQTT broker accepts it as a string.
bool IsPlainText(std::string_view text);

}  // namespace dino

#endif  // DINO_SERVER_BASE_UTF8_H_
