#include "tests/soak/manner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dino::soak {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDeadline{10000};

std::vector<CallPlan> Plans(Manner manner, unsigned seed) {
  CallPlanner planner(manner, kDeadline, seed);
  std::vector<CallPlan> plans;
  for (int i = 0; i < 1000; ++i) plans.push_back(planner.Next());
  return plans;
}

bool Same(const CallPlan& a, const CallPlan& b) {
  return a.deadline == b.deadline && a.cancel_after == b.cancel_after;
}

TEST(CallPlannerTest, PlansTheSameForTheSameSeed) {
  for (const Manner manner : {Manner::kRepeats, Manner::kShortDeadline, Manner::kCancels}) {
    const std::vector<CallPlan> plans = Plans(manner, 1);
    const std::vector<CallPlan> again = Plans(manner, 1);
    const std::vector<CallPlan> other = Plans(manner, 2);
    EXPECT_TRUE(std::equal(plans.begin(), plans.end(), again.begin(), Same));
    EXPECT_FALSE(std::equal(plans.begin(), plans.end(), other.begin(), Same));
  }
}

struct Deadlines {
  std::string name;
  Manner manner;
  milliseconds least;
  milliseconds most;
};

class CallPlannerDeadlineTest : public ::testing::TestWithParam<Deadlines> {};

TEST_P(CallPlannerDeadlineTest, LiesWithinItsLimits) {
  const Deadlines& expected = GetParam();
  milliseconds least = kDeadline;
  milliseconds most{};
  for (const CallPlan& plan : Plans(expected.manner, 1)) {
    least = std::min(least, plan.deadline);
    most = std::max(most, plan.deadline);
  }
  EXPECT_GE(least, expected.least);
  EXPECT_LE(most, expected.most);
  // And covers that range.
  EXPECT_LE(least, expected.least + (expected.most - expected.least) / 10);
  EXPECT_GE(most, expected.most - (expected.most - expected.least) / 10);
}

INSTANTIATE_TEST_SUITE_P(
    Manners, CallPlannerDeadlineTest,
    ::testing::Values(Deadlines{"Plain", Manner::kPlain, kDeadline, kDeadline},
                      Deadlines{"Repeats", Manner::kRepeats, milliseconds(300), milliseconds(3000)},
                      Deadlines{"ShortDeadline", Manner::kShortDeadline, milliseconds(50),
                                milliseconds(500)},
                      Deadlines{"Cancels", Manner::kCancels, kDeadline, kDeadline}),
    [](const auto& test) { return test.param.name; });

TEST(CallPlannerTest, CancelsSomeCallsOfTheCancellingManner) {
  std::size_t cancelled = 0;
  std::size_t at_once = 0;
  for (const CallPlan& plan : Plans(Manner::kCancels, 1)) {
    if (!plan.cancel_after) continue;
    ++cancelled;
    EXPECT_LE(*plan.cancel_after, milliseconds(2000));
    if (*plan.cancel_after <= milliseconds(8)) ++at_once;
  }
  EXPECT_GT(cancelled, 150U);
  EXPECT_LT(cancelled, 350U);
  EXPECT_GT(at_once, cancelled / 3);
  EXPECT_LT(at_once, cancelled * 2 / 3);
}

TEST(CallPlannerTest, CancelsNoCallsOfOtherManners) {
  for (const Manner manner : {Manner::kPlain, Manner::kRepeats, Manner::kShortDeadline}) {
    for (const CallPlan& plan : Plans(manner, 1)) EXPECT_FALSE(plan.cancel_after.has_value());
  }
}

}  // namespace
}  // namespace dino::soak
