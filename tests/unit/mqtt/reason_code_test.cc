#include "server/mqtt/reason_code.h"

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

}  // namespace
}  // namespace dino::mqtt
