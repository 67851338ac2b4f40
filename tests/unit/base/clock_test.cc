#include "server/base/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace dino {
namespace {

TEST(ClockTest, ASimulationHasItsOwnTimeOnlyOnItsThread) {
  const Clock::time_point real = Clock::now();
  const Clock::time_point far = real + std::chrono::hours(1);
  {
    SimulatedTime time(far);
    EXPECT_EQ(Clock::now(), far);
    time.Set(far + std::chrono::hours(1));
    EXPECT_EQ(Clock::now(), far + std::chrono::hours(1));
    std::thread([&] { EXPECT_LT(Clock::now(), far); }).join();
  }
  EXPECT_LT(Clock::now(), far);
  EXPECT_GE(Clock::now(), real);
}

}  // namespace
}  // namespace dino
