#include "bench/base/process_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace dino::bench {
namespace {

// One above the highest process ID of Linux.
constexpr pid_t kNobody = (1 << 22) + 1;

TEST(ProcessUsageTest, KnowsTheMemoryOfAProcess) {
  EXPECT_GT(AnonymousMemory(getpid()), 64U * 1024);
  EXPECT_EQ(AnonymousMemory(kNobody), 0U);
}

TEST(ProcessUsageTest, ProcessorTimeGrowsWithWork) {
  const auto begin = ProcessorTime(getpid());
  while (ProcessorTime(getpid()) == begin) {
  }
  EXPECT_GT(ProcessorTime(getpid()), begin);
  EXPECT_EQ(ProcessorTime(kNobody).count(), 0);
}

}  // namespace
}  // namespace dino::bench
