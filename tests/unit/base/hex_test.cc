#include "server/base/hex.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace dino {
namespace {

using Bytes = std::array<unsigned char, 4>;

TEST(HexTest, WritesLowerCase) {
  EXPECT_EQ(ToHex(Bytes{0x00, 0x7F, 0xA9, 0xFF}), "007fa9ff");
  EXPECT_EQ(ToHex({}), "");
}

TEST(HexTest, ReadsEitherCase) {
  for (const std::string_view digits : {"007fa9ff", "007FA9FF"}) {
    Bytes bytes{};
    EXPECT_TRUE(FromHex(digits, absl::MakeSpan(bytes))) << digits;
    EXPECT_EQ(bytes, (Bytes{0x00, 0x7F, 0xA9, 0xFF}));
  }
}

TEST(HexTest, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view digits :
       {""sv, "007fa9f"sv, "007fa9ff0"sv, "007fa9ff00"sv, "g07fa9ff"sv, "007fa9fg"sv, " 07fa9ff"sv,
        "0x7fa9ff"sv, "\0\0\0\0\0\0\0\0"sv}) {
    Bytes bytes{};
    EXPECT_FALSE(FromHex(digits, absl::MakeSpan(bytes))) << digits;
  }
}

TEST(HexTest, KnowsLowerCase) {
  EXPECT_TRUE(IsLowerHex("0123456789abcdef"));
  EXPECT_FALSE(IsLowerHex("A"));
  EXPECT_FALSE(IsLowerHex("0g"));
}

}  // namespace
}  // namespace dino
