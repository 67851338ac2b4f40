#include "server/log/line_pace.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LinePaceTest, LetsOneLineThroughInASecond) {
  LinePace pace;
  const Clock::time_point start = Clock::now();
  EXPECT_TRUE(pace.Take(start));
  EXPECT_FALSE(pace.Take(start + milliseconds(999)));
  EXPECT_TRUE(pace.Take(start + milliseconds(1000)));
}

TEST(LinePaceTest, ItsPeriodMayBeAnother) {
  LinePace pace{seconds(20)};
  const Clock::time_point start = Clock::now();
  EXPECT_TRUE(pace.Take(start));
  EXPECT_FALSE(pace.Take(start + milliseconds(19999)));
  EXPECT_TRUE(pace.Take(start + seconds(20)));
}

TEST(LinePaceTest, CountsWhatItHoldsBack) {
  LinePace pace;
  const Clock::time_point start = Clock::now();
  EXPECT_EQ(pace.TakeOne(start), 0U);
  EXPECT_FALSE(pace.TakeOne(start).has_value());
  EXPECT_FALSE(pace.TakeOne(start + milliseconds(999)).has_value());
  EXPECT_EQ(pace.TakeOne(start + milliseconds(1000)), 2U);
  EXPECT_EQ(pace.TakeOne(start + milliseconds(2000)), 0U);
}

}  // namespace
}  // namespace dino::log
