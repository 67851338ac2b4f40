#include "server/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace dino {
namespace {

using namespace std::string_view_literals;

// Encodes a number in the form of UTF-8, even if UTF-8 does not allow it.
std::string Encode(char32_t value, std::size_t bytes) {
  constexpr unsigned char kLeads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  std::string text(bytes, '\0');
  for (std::size_t i = bytes - 1; i > 0; --i) {
    text[i] = static_cast<char>(0x80U | (value & 0x3FU));
    value >>= 6U;
  }
  text[0] = static_cast<char>(kLeads[bytes] | value);
  return text;
}

TEST(Utf8Test, ReadsEveryCodePointInItsShortestForm) {
  for (char32_t value = 0; value <= 0x10FFFF; ++value) {
    const std::size_t bytes = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    const CodePoint first = FirstCodePoint(Encode(value, bytes) + "a");
    ASSERT_EQ(first.bytes, surrogate ? 0 : bytes) << std::hex << static_cast<unsigned>(value);
    ASSERT_EQ(first.value, surrogate ? 0 : value);
  }
}

TEST(Utf8Test, RefusesOverlongForms) {
  EXPECT_FALSE(IsUtf8(Encode(0x7F, 2)));
  EXPECT_FALSE(IsUtf8(Encode(0x7FF, 3)));
  EXPECT_FALSE(IsUtf8(Encode(0xFFFF, 4)));
}

TEST(Utf8Test, RefusesCodePointsAboveTheLast) {
  EXPECT_TRUE(IsUtf8("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xF8\x88\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xFF"));
}

TEST(Utf8Test, RefusesBrokenSequences) {
  EXPECT_FALSE(IsUtf8("\x80"));          // No lead byte.
  EXPECT_FALSE(IsUtf8("\xE2\x82"));      // Ends too soon.
  EXPECT_FALSE(IsUtf8("\xE2\x82z"));     // Goes on with another character,
  EXPECT_FALSE(IsUtf8("\xE2\xC3\xA9"));  // or a new lead byte.
}

TEST(Utf8Test, ChecksTheWholeText) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("a\0é€😀"sv));
  EXPECT_FALSE(IsUtf8("a\0é€\xFF"sv));
}

TEST(PlainTextTest, HasNeitherControlsNorNonCharacters) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(IsPlainText("a é€😀"));
  for (const std::string_view text :
       {"a\0"sv, "\n"sv, "\x7F"sv, "\xC2\x85"sv, "\xEF\xB7\x90"sv, "\xEF\xBF\xBE"sv, "a\xFF"sv}) {
    EXPECT_FALSE(IsPlainText(text)) << ::testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace dino
