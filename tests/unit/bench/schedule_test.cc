#include "bench/base/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace dino::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::vector<DueCall> All(Schedule& schedule) {
  std::vector<DueCall> all;
  while (const auto due = schedule.Next()) all.push_back(*due);
  return all;
}

TEST(FixedRateTest, CallsAreEvenlySpacedWithCallersInTurn) {
  FixedRate schedule(250, 2, milliseconds(10));
  const std::vector<DueCall> calls = All(schedule);
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].when, nanoseconds(0));
  EXPECT_EQ(calls[1].when, milliseconds(4));
  EXPECT_EQ(calls[2].when, milliseconds(8));
  EXPECT_EQ(calls[0].caller, 0U);
  EXPECT_EQ(calls[1].caller, 1U);
  EXPECT_EQ(calls[2].caller, 0U);
}

TEST(FixedRateTest, ARateThatDoesNotDivideASecondDoesNotDrift) {
  FixedRate schedule(3, 1, seconds(1000));
  const std::vector<DueCall> calls = All(schedule);
  ASSERT_EQ(calls.size(), 3000U);
  EXPECT_EQ(calls[2997].when, seconds(999));
}

TEST(SparseCallsTest, EachCallerPausesForOneToTwoSeconds) {
  SparseCalls schedule(5, seconds(60), 1);
  std::map<std::size_t, nanoseconds> last;
  nanoseconds before{};
  for (const DueCall& due : All(schedule)) {
    EXPECT_GE(due.when, before);
    before = due.when;
    const nanoseconds pause = due.when - last[due.caller];
    EXPECT_GE(pause, seconds(1));
    EXPECT_LE(pause, seconds(2));
    last[due.caller] = due.when;
  }
  EXPECT_EQ(last.size(), 5U);
  for (const auto& entry : last) EXPECT_GT(entry.second, seconds(57));
}

TEST(SparseCallsTest, TheSameSeedGivesTheSameCalls) {
  SparseCalls first(3, seconds(10), 7);
  SparseCalls second(3, seconds(10), 7);
  const std::vector<DueCall> calls = All(first);
  const std::vector<DueCall> others = All(second);
  ASSERT_EQ(calls.size(), others.size());
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i].when, others[i].when);
}

}  // namespace
}  // namespace dino::bench
