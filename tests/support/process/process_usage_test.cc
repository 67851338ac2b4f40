#include "tests/support/process/process_usage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/process/file_descriptor.h"

namespace dino::testing {
namespace {

TEST(ProcessUsageTest, CountsFileDescriptors) {
  const ProcessUsage before = UsageOf(getpid());
  const FileDescriptor one(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const ProcessUsage after = UsageOf(getpid());
  EXPECT_EQ(after.file_descriptors, before.file_descriptors + 1);
  EXPECT_GT(after.resident_kib, 1000U);
  EXPECT_EQ(after.threads, 1U);
}

TEST(ProcessUsageTest, IsNothingWithoutAProcess) { EXPECT_EQ(UsageOf(-1).threads, 0U); }

TEST(ProcessUsageTest, ToleratesATenthMore) {
  const ProcessUsage before{1000, 20, 10};
  EXPECT_TRUE(IsBack(before, {1100, 22, 11}));
  EXPECT_TRUE(IsBack(before, {500, 10, 5}));
  EXPECT_FALSE(IsBack(before, {1101, 20, 10}));
  EXPECT_FALSE(IsBack(before, {1000, 23, 10}));
  EXPECT_FALSE(IsBack(before, {1000, 20, 12}));
}

}  // namespace
}  // namespace dino::testing
