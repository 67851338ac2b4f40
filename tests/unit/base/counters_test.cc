#include "server/base/counters.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace dino {
namespace {

TEST(CountersTest, StartAtZero) {
  const Counters counters(3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(counters.Get(i), 0U);
}

TEST(CountersTest, CountIndependently) {
  Counters counters(2);
  counters.Add(0);
  counters.Add(1, 5);
  counters.Add(1);
  EXPECT_EQ(counters.Get(0), 1U);
  EXPECT_EQ(counters.Get(1), 6U);
}

TEST(CountersTest, LoseNothingWithMoreThreadsThanPlaces) {
  constexpr std::uint64_t kEach = 20000;
  constexpr std::size_t kThreads = 12;
  Counters counters(1);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counters] {
      for (std::uint64_t n = 0; n < kEach; ++n) counters.Add(0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counters.Get(0), kThreads * kEach);
}

}  // namespace
}  // namespace dino
