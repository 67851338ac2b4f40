#include "tests/soak/schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace dino::soak {
namespace {

TEST(ScheduleTest, IsTheSameForTheSameSeed) {
  Schedule one(7);
  Schedule same(7);
  Schedule other(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const Fault fault = one.Next();
    const Fault again = same.Next();
    EXPECT_EQ(fault.kind, again.kind);
    EXPECT_EQ(fault.length, again.length);
    if (other.Next().length != fault.length) differs = true;
  }
  EXPECT_TRUE(differs);
}

TEST(ScheduleTest, HasEveryKindInEachRound) {
  Schedule schedule(1);
  for (int round = 0; round < 3; ++round) {
    std::set<FaultKind> kinds;
    for (std::size_t i = 0; i < AllFaultKinds().size(); ++i) kinds.insert(schedule.Next().kind);
    EXPECT_EQ(kinds.size(), AllFaultKinds().size());
  }
}

TEST(ScheduleTest, GivesEveryKindItsOwnName) {
  std::set<std::string_view> names;
  for (const FaultKind kind : AllFaultKinds()) names.insert(NameOf(kind));
  EXPECT_EQ(names.size(), AllFaultKinds().size());
}

}  // namespace
}  // namespace dino::soak
