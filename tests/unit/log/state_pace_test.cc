#include "server/log/state_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace dino::log {
namespace {

using Line = StatePace::Line;
using std::chrono::seconds;

class StatePaceTest : public ::testing::Test {
 protected:
  Line Look(int at, int badness, bool news = false) {
    return pace_.Look(badness, start_ + seconds(at), news);
  }

  StatePace pace_;
  const Clock::time_point start_ = Clock::now();
};

TEST_F(StatePaceTest, BeginsLastsAndEnds) {
  EXPECT_EQ(Look(0, 0), Line::kNone);
  EXPECT_EQ(Look(1, 1), Line::kBegan);
  for (int at = 2; at < 61; ++at) EXPECT_EQ(Look(at, 1), Line::kNone) << at;
  EXPECT_EQ(Look(61, 1), Line::kLasts);
  EXPECT_EQ(Look(120, 1), Line::kNone);
  EXPECT_EQ(Look(121, 1), Line::kLasts);
  EXPECT_EQ(Look(130, 0), Line::kEnded);
  EXPECT_EQ(pace_.began_at(), start_ + seconds(1));
  EXPECT_EQ(Look(300, 0), Line::kNone);
}

TEST_F(StatePaceTest, WhatGetsWorseHasALine) {
  EXPECT_EQ(Look(0, 1), Line::kBegan);
  EXPECT_EQ(Look(5, 2), Line::kBegan);
  EXPECT_EQ(Look(6, 1), Line::kNone);
  EXPECT_EQ(Look(7, 0), Line::kEnded);
  EXPECT_EQ(pace_.began_at(), start_);
}

TEST_F(StatePaceTest, NewsHaveALine) {
  EXPECT_EQ(Look(0, 1), Line::kBegan);
  EXPECT_EQ(Look(5, 1, /*news=*/true), Line::kBegan);
  EXPECT_EQ(Look(6, 1, /*news=*/true), Line::kBegan);
  EXPECT_EQ(Look(7, 1, /*news=*/true), Line::kNone);
}

TEST_F(StatePaceTest, WhatComesAndGoesHasThreeLinesAMinute) {
  std::vector<int> lines;
  Line last = Line::kNone;
  for (int at = 0; at < 3600; ++at) {
    const Line line = Look(at, at % 2);
    if (line == Line::kNone) continue;
    lines.push_back(at);
    last = line;
    const auto in_last_minute =
        std::count_if(lines.begin(), lines.end(), [at](int each) { return each > at - 60; });
    ASSERT_LE(in_last_minute, 3) << at;
  }
  EXPECT_GE(lines.size(), 60U);
  // It is not well for good before the minute is over.
  EXPECT_EQ(Look(3700, 0), last == Line::kEnded ? Line::kNone : Line::kEnded);
}

// Or else nothing would tell that it is back.
TEST_F(StatePaceTest, TheLastWordOfAMinuteIsNotThatAllIsWell) {
  EXPECT_EQ(Look(0, 1), Line::kBegan);
  EXPECT_EQ(Look(1, 0), Line::kEnded);
  EXPECT_EQ(Look(2, 1), Line::kBegan);
  EXPECT_EQ(Look(3, 0), Line::kNone);
  EXPECT_EQ(Look(60, 0), Line::kEnded);
}

}  // namespace
}  // namespace dino::log
