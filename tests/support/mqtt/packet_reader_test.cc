#include "tests/support/mqtt/packet_reader.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

TEST(PacketReaderTest, ReadsBigEndianIntegers) {
  PacketReader reader("\x01\x02\x03\x04\x05\x06\x07"sv);

  EXPECT_EQ(reader.Byte(), 0x01);
  EXPECT_EQ(reader.TwoBytes(), 0x0203);
  EXPECT_EQ(reader.FourBytes(), 0x04050607U);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.empty());
}

struct VariableByteCase {
  const char* name;
  std::string_view bytes;
  std::uint32_t value;
  bool ok;

  friend void PrintTo(const VariableByteCase& row, std::ostream* out) { *out << row.name; }
};

class VariableByteIntegerTest : public ::testing::TestWithParam<VariableByteCase> {};

TEST_P(VariableByteIntegerTest, FollowsTheSpecification) {
  PacketReader reader(GetParam().bytes);

  EXPECT_EQ(reader.VariableByteInteger(), GetParam().value);
  EXPECT_EQ(reader.ok(), GetParam().ok);
}

// The limits in table 1-1 of the specification.
INSTANTIATE_TEST_SUITE_P(
    Limits, VariableByteIntegerTest,
    ::testing::Values(VariableByteCase{"Zero", "\x00"sv, 0, true},
                      VariableByteCase{"OneByte", "\x7F"sv, 127, true},
                      VariableByteCase{"TwoBytes", "\x80\x01"sv, 128, true},
                      VariableByteCase{"ThreeBytes", "\xFF\xFF\x7F"sv, 2097151, true},
                      VariableByteCase{"FourBytes", "\xFF\xFF\xFF\x7F"sv, 268435455, true},
                      VariableByteCase{"FiveBytes", "\xFF\xFF\xFF\xFF\x01"sv, 0, false}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(PacketReaderTest, ReadsLengthPrefixedStrings) {
  PacketReader reader("\x00\x02hi\x00\x00rest"sv);

  EXPECT_EQ(reader.StringOrBinary(), "hi");
  EXPECT_EQ(reader.StringOrBinary(), "");
  EXPECT_EQ(reader.Rest(), "rest");
  EXPECT_TRUE(reader.ok());
}

TEST(PacketReaderTest, APartEndsAtItsLimit) {
  PacketReader reader("abcd"sv);
  PacketReader part = reader.Part(2);

  EXPECT_EQ(part.Rest(), "ab");
  EXPECT_EQ(reader.Rest(), "cd");
}

TEST(PacketReaderTest, ReadingBeyondTheEndIsRemembered) {
  PacketReader reader("\x00\x05oh"sv);

  EXPECT_EQ(reader.StringOrBinary(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Byte(), 0);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace dino::testing
