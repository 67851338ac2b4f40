#include "server/mqtt/queue/window_limit.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

TEST(WindowLimitTest, HalvesDownToFour) {
  WindowLimit window(64);
  for (const std::size_t limit : {32U, 16U, 8U, 4U, 4U}) {
    window.Halve();
    EXPECT_EQ(window.limit(), limit);
  }
}

TEST(WindowLimitTest, DoublesAfterSixteenWindowsOfAnswersUpToItsMost) {
  WindowLimit window(6);
  window.Halve();
  ASSERT_EQ(window.limit(), 4U);
  EXPECT_FALSE(window.Answered(63));
  EXPECT_TRUE(window.Answered(1));
  EXPECT_EQ(window.limit(), 6U);
  EXPECT_FALSE(window.Answered(1000000));
}

TEST(WindowLimitTest, ANewSilenceStartsTheCountAnew) {
  WindowLimit window(16);
  window.Halve();
  EXPECT_FALSE(window.Answered(127));
  window.Halve();
  EXPECT_FALSE(window.Answered(63));
  EXPECT_TRUE(window.Answered(1));
  EXPECT_EQ(window.limit(), 8U);
}

}  // namespace
}  // namespace dino::mqtt
