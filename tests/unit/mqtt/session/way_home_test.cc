#include "server/mqtt/session/way_home.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::mqtt {
namespace {

using Step = WayHome::Step;
using std::chrono::seconds;

class WayHomeTest : public ::testing::Test {
 protected:
  Clock::time_point After(int count) const { return start_ + seconds(count); }

  const Clock::time_point start_ = Clock::now();
  WayHome way_home_{seconds(2)};
};

TEST_F(WayHomeTest, AtRestItWantsNothing) {
  EXPECT_EQ(way_home_.NextTimer(), Clock::time_point::max());
  EXPECT_EQ(way_home_.Advance(After(1000)), Step::kStay);
}

TEST_F(WayHomeTest, LooksOnceAnInterval) {
  way_home_.Connected(start_, seconds(5));
  EXPECT_EQ(way_home_.NextTimer(), After(5));
  EXPECT_EQ(way_home_.Advance(After(4)), Step::kStay);
  EXPECT_EQ(way_home_.Advance(After(5)), Step::kLook);
  EXPECT_EQ(way_home_.Advance(After(20)), Step::kStay) << "one look at a time";
  EXPECT_EQ(way_home_.NextTimer(), Clock::time_point::max());
  way_home_.Failed(After(20));
  EXPECT_EQ(way_home_.Advance(After(24)), Step::kStay);
  EXPECT_EQ(way_home_.Advance(After(25)), Step::kLook);
}

TEST_F(WayHomeTest, LeavesWhenTheSecondConnectionHasHeld) {
  way_home_.Connected(start_, seconds(5));
  EXPECT_EQ(way_home_.Advance(After(5)), Step::kLook);
  way_home_.Found(After(6));
  EXPECT_EQ(way_home_.NextTimer(), After(8));
  EXPECT_EQ(way_home_.Advance(After(7)), Step::kStay);
  EXPECT_EQ(way_home_.Advance(After(8)), Step::kLeave);
  EXPECT_EQ(way_home_.Advance(After(9)), Step::kLeave) << "until it is done";
  EXPECT_EQ(way_home_.NextTimer(), Clock::time_point::max()) << "answers are awaited, not a time";
}

TEST_F(WayHomeTest, StaysWhenTheSecondConnectionIsLost) {
  way_home_.Connected(start_, seconds(5));
  EXPECT_EQ(way_home_.Advance(After(5)), Step::kLook);
  way_home_.Found(After(6));
  EXPECT_EQ(way_home_.Advance(After(8)), Step::kLeave);
  way_home_.Failed(After(9));
  EXPECT_EQ(way_home_.Advance(After(10)), Step::kStay);
  EXPECT_EQ(way_home_.NextTimer(), After(14));
}

TEST_F(WayHomeTest, ALossEndsTheSearch) {
  way_home_.Connected(start_, seconds(5));
  way_home_.Rest();
  EXPECT_EQ(way_home_.Advance(After(1000)), Step::kStay);
}

}  // namespace
}  // namespace dino::mqtt
