#include "tests/support/process/cpu_throttle.h"

#include <gtest/gtest.h>

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
  while (CpuTimeOf(free.pid()) < milliseconds(500) && !HasFailure()) throttle.WaitForStops(++stops);
  EXPECT_LT(CpuTimeOf(throttled.pid()), milliseconds(250));
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
