#include "server/mqtt/queue/retry_policy.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::mqtt {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RetryPolicyTest, BusyMayPassAtAnyAge) {
  for (const std::uint8_t code : {0x80, 0x83, 0x97}) EXPECT_TRUE(MayPass(code, hours(1)));
}

TEST(RetryPolicyTest, NotAuthorizedMayPassInTheFirstTwoSeconds) {
  EXPECT_TRUE(MayPass(0x87, milliseconds(1999)));
  EXPECT_FALSE(MayPass(0x87, seconds(2)));
}

TEST(RetryPolicyTest, NothingElseMayPass) {
  for (const std::uint8_t code : {0x00, 0x10, 0x90, 0x91, 0x99, 0xEE}) {
    EXPECT_FALSE(MayPass(code, seconds(0))) << int{code};
  }
}

TEST(RetryPolicyTest, DelaysDoubleUpToTwoSeconds) {
  EXPECT_EQ(RetryDelay(1), milliseconds(100));
  EXPECT_EQ(RetryDelay(2), milliseconds(200));
  EXPECT_EQ(RetryDelay(5), milliseconds(1600));
  EXPECT_EQ(RetryDelay(6), seconds(2));
  EXPECT_EQ(RetryDelay(255), seconds(2));
}

}  // namespace
}  // namespace dino::mqtt
