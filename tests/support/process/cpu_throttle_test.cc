#include "tests/support/process/cpu_throttle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace dino::testing {
namespace {

using std::chrono::milliseconds;

TEST(CpuThrottleTest, AProcessGetsOnlyAShareOfTheTime) {
  Subprocess throttled({"sh", "-c", "while :; do :; done"});
  Subprocess free({"sh", "-c", "while :; do :; done"});
  CpuThrottle throttle(throttled, milliseconds(10), milliseconds(90));
  // Compared with an unthrottled process, since the machine may be busy.
  std::size_t stops = 0;
  const auto share = [&] {
    const milliseconds free_before = CpuTimeOf(free.pid());
    const milliseconds throttled_before = CpuTimeOf(throttled.pid());
    milliseconds used{0};
    while (used < milliseconds(500) && !HasFailure()) {
      throttle.WaitForStops(++stops);
      used = CpuTimeOf(free.pid()) - free_before;
    }
    return std::chrono::duration<double>(CpuTimeOf(throttled.pid()) - throttled_before) / used;
  };
  // A round in which the thread that stops it waits for a processor itself comes to half the time.
  constexpr int kRounds = 5;
  double least = share();
  for (int round = 1; round < kRounds && least >= 0.5; ++round) least = std::min(least, share());
  EXPECT_LT(least, 0.5);
}

TEST(CpuTimeTest, IsNothingWithoutAProcess) { EXPECT_EQ(CpuTimeOf(-1), milliseconds(0)); }

TEST(CpuThrottleTest, TheProcessRunsAgainAfterwards) {
  Subprocess process({"sh", "-c", "read line; echo done"});
  {
    CpuThrottle throttle(process, milliseconds(1), std::chrono::hours(1));
    throttle.WaitForStops(1);
  }
  EXPECT_EQ(process.Wait(), 0);
}

}  // namespace
}  // namespace dino::testing
