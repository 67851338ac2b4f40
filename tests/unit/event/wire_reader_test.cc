#include "server/event/wire_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace dino::event {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

TEST(WireReaderTest, ReadsFieldsOfEveryType) {
  WireReader reader("\x08\x96\x01\x11\1\2\3\4\5\6\7\10\x1A\x02hi\x25\1\2\3\4\x2B\x08\x01\x2C"sv);
  const auto expect = [&reader](int number, WireField::Type type, std::string_view bytes) {
    const auto field = reader.Next();
    ASSERT_TRUE(field.has_value()) << number;
    EXPECT_EQ(field->number, number);
    EXPECT_EQ(field->type, type);
    EXPECT_EQ(field->bytes, bytes);
  };
  expect(1, WireField::Type::kVarint, "");
  expect(2, WireField::Type::kFixed64, "");
  expect(3, WireField::Type::kBytes, "hi");
  expect(4, WireField::Type::kFixed32, "");
  expect(5, WireField::Type::kGroup, "\x08\x01");
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_TRUE(reader.at_end());
}

TEST(WireReaderTest, TellsWhatIsNoMessage) {
  EXPECT_TRUE(IsMessage(""));
  EXPECT_TRUE(IsMessage("\x0B\x13\x14\x0C"));
  for (const std::string_view bytes :
       {"\x08"sv, "\x08\x80"sv, "\x0A\x05"sv, "\x0A\x02x"sv, "\x11\1\2"sv, "\x0D\1"sv, "\x0F"sv,
        "\x0E"sv, "\x00\x01"sv, "\x01\x01"sv, "\x0B"sv, "\x0C"sv, "\x0B\x14"sv,
        "\x0B\x13\x0C\x14"sv, "\xFF\xFF\xFF\xFF\xFF\x01"sv,
        "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv}) {
    EXPECT_FALSE(IsMessage(bytes)) << ::testing::PrintToString(std::string(bytes));
  }
}

TEST(WireReaderTest, GoesOnlySoDeepIntoGroups) {
  for (const int depth : {kMaxWireDepth, kMaxWireDepth + 1, 100000}) {
    const auto size = static_cast<std::size_t>(depth);
    EXPECT_EQ(IsMessage(std::string(size, '\x0B') + std::string(size, '\x0C')),
              depth <= kMaxWireDepth)
        << depth;
  }
}

}  // namespace
}  // namespace dino::event
