#include "tests/testing/cpu_throttle.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>

namespace dino::testing {
namespace {

using std::chrono::milliseconds;

// The CPU time that a process has used, in clock ticks.
long CpuTicks(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  long user = 0;
  long system = 0;
  for (int field = 1; field <= 13; ++field) file >> word;
  file >> user >> system;
  return user + system;
}

TEST(CpuThrottleTest, AProcessGetsAPartOfTheTimeOnly) {
  Subprocess throttled({"sh", "-c", "while :; do :; done"});
  Subprocess free({"sh", "-c", "while :; do :; done"});
  CpuThrottle throttle(throttled, milliseconds(10), milliseconds(90));
  // Compared with a process beside it, since the machine may be busy.
  std::size_t stops = 0;
  while (CpuTicks(free.pid()) < 50 && !HasFailure()) throttle.WaitForStops(++stops);
  EXPECT_LT(CpuTicks(throttled.pid()), 25);
}

TEST(CpuThrottleTest, AtTheEndTheProcessRunsAgain) {
  Subprocess process({"sh", "-c", "read line; echo done"});
  {
    CpuThrottle throttle(process, milliseconds(1), std::chrono::hours(1));
    throttle.WaitForStops(1);
  }
  EXPECT_EQ(process.Wait(), 0);
}

}  // namespace
}  // namespace dino::testing
