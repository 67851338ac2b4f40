#include "server/memory/memory_trimmer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace dino::memory {
namespace {

constexpr std::size_t kMebibyte = 1048576;

class TrimPolicyTest : public ::testing::Test {
 protected:
  // Does as if so much were resident, and so much after giving back.
  std::chrono::milliseconds Look(std::size_t resident, std::size_t after, bool idle = true) {
    resident_ = resident;
    after_ = after;
    return policy_.Look(idle);
  }

  std::size_t resident_ = 0;
  std::size_t after_ = 0;
  std::size_t trims_ = 0;
  TrimPolicy policy_{{[this] { return resident_; },
                      [this] {
                        resident_ = after_;
                        ++trims_;
                      }}};
};

TEST_F(TrimPolicyTest, GivesBackWhenMuchMoreIsResidentThanAfterTheLastTime) {
  Look(20 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(trims_, 1U) << "to learn what is needed";
  Look(21 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(trims_, 1U);
  Look(30 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(trims_, 2U);
}

TEST_F(TrimPolicyTest, WaitsUntilThereIsNoWork) {
  EXPECT_EQ(Look(30 * kMebibyte, 20 * kMebibyte, false), MemoryTrimmer::kShortestInterval);
  EXPECT_EQ(trims_, 0U);
  Look(30 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(trims_, 1U);
}

TEST_F(TrimPolicyTest, WhatIsInUseIsNotTriedAgainAndAgain) {
  Look(50 * kMebibyte, 50 * kMebibyte);
  Look(50 * kMebibyte, 50 * kMebibyte);
  EXPECT_EQ(trims_, 1U);
}

TEST_F(TrimPolicyTest, WhatShrinksByItselfCountsAsGivenBack) {
  Look(50 * kMebibyte, 50 * kMebibyte);
  Look(20 * kMebibyte, 20 * kMebibyte);
  Look(30 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(trims_, 2U);
}

TEST_F(TrimPolicyTest, WhatIsNeededAgainSoonIsGivenBackLessOften) {
  EXPECT_EQ(Look(50 * kMebibyte, 20 * kMebibyte), MemoryTrimmer::kShortestInterval);
  EXPECT_EQ(Look(50 * kMebibyte, 20 * kMebibyte), 2 * MemoryTrimmer::kShortestInterval);
  for (int i = 0; i < 10; ++i) Look(50 * kMebibyte, 20 * kMebibyte);
  EXPECT_EQ(Look(50 * kMebibyte, 20 * kMebibyte), MemoryTrimmer::kLongestInterval);
  EXPECT_EQ(Look(20 * kMebibyte, 20 * kMebibyte), MemoryTrimmer::kShortestInterval);
  EXPECT_EQ(Look(50 * kMebibyte, 20 * kMebibyte), MemoryTrimmer::kShortestInterval);
}

// Sanitizers have an allocator of their own.
#ifndef DINO_SANITIZED
TEST(OwnMemoryTest, WhatThreadsFreedGoesBackToTheSystem) {
  const OwnMemory memory = OwnMemory::OfProcess();
  memory.trim();
  const std::size_t before = memory.resident();
  ASSERT_GT(before, 0U);
  std::size_t during = 0;
  // Its last piece stays, so that the library cannot give back the rest by itself.
  std::unique_ptr<std::vector<char>> last;
  std::thread([&] {
    std::vector<std::unique_ptr<std::vector<char>>> pieces;
    for (int i = 0; i < 2000; ++i) pieces.push_back(std::make_unique<std::vector<char>>(20000, 1));
    last = std::make_unique<std::vector<char>>(20000, 1);
    during = memory.resident();
  }).join();
  EXPECT_GT(during, before + 30 * kMebibyte);
  EXPECT_GT(memory.resident(), before + 30 * kMebibyte) << "it would not need us";
  memory.trim();
  EXPECT_LT(memory.resident(), before + 5 * kMebibyte);
}
#endif  // DINO_SANITIZED

TEST(MemoryTrimmerTest, EndsAtOnce) {
  const MemoryTrimmer trimmer([] { return true; });
}

}  // namespace
}  // namespace dino::memory
