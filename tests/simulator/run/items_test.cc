#include "tests/simulator/run/items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dino::simulator {
namespace {

Plan SmallPlan() {
  Plan plan;
  plan.users = 2;
  CallPlan call;
  call.events = {{{1, 2}, {}}, {{2}, {}}};
  plan.callers = {{{call, call}}, {{call}}};
  plan.faults.resize(2);
  plan.faults[1].kind = FaultKind::kDown;
  plan.stopped_replica = 0;
  return plan;
}

TEST(ItemsTest, NamesWhatCanBeLeftOut) {
  EXPECT_THAT(ItemNames(SmallPlan()),
              ::testing::ElementsAre("f0", "f1", "c0.0", "c0.1", "c1.0", "u1", "u2", "c0.0.0",
                                     "c0.0.1", "c0.1.0", "c0.1.1", "c1.0.0", "c1.0.1", "stop"));
}

TEST(ItemsTest, KeepsWhatIsNamedOnly) {
  Plan plan = SmallPlan();
  KeepOnly({"f1", "c0.1", "c0.1.0", "u2"}, plan);
  ASSERT_EQ(plan.faults.size(), 1U);
  EXPECT_EQ(plan.faults[0].kind, FaultKind::kDown);
  ASSERT_EQ(plan.callers[0].calls.size(), 1U);
  ASSERT_EQ(plan.callers[0].calls[0].events.size(), 1U);
  EXPECT_THAT(plan.callers[0].calls[0].events[0].users, ::testing::ElementsAre(2));
  EXPECT_TRUE(plan.callers[1].calls.empty());
  EXPECT_FALSE(plan.stopped_replica.has_value());
}

TEST(ItemsTest, AllNamesKeepAll) {
  Plan plan = SmallPlan();
  const std::vector<std::string> names = ItemNames(plan);
  KeepOnly({names.begin(), names.end()}, plan);
  EXPECT_EQ(ItemNames(plan), names);
}

}  // namespace
}  // namespace dino::simulator
