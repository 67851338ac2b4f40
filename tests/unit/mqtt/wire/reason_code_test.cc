#include "server/mqtt/wire/reason_code.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

TEST(ReasonCodeTest, NamesKnownCodes) {
  EXPECT_EQ(DescribeReasonCode(0x00), "0x00 success");
  EXPECT_EQ(DescribeReasonCode(0x87), "0x87 not authorized");
  EXPECT_EQ(DescribeReasonCode(0x9F), "0x9f connection rate exceeded");
}

TEST(ReasonCodeTest, GivesTheNumberOfUnknownOnes) {
  EXPECT_EQ(DescribeReasonCode(0xEE), "0xee unknown reason");
}

TEST(ReasonCodeTest, KnowsThoseOfABusyBroker) {
  for (const int code : {0x80, 0x83, 0x97}) EXPECT_TRUE(IsBusy(static_cast<std::uint8_t>(code)));
  for (const int code : {0x00, 0x10, 0x81, 0x87, 0x89, 0x99}) {
    EXPECT_FALSE(IsBusy(static_cast<std::uint8_t>(code))) << code;
  }
}

}  // namespace
}  // namespace dino::mqtt
