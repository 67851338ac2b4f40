#include "server/auth/quota.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace dino::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::duration kNow = Clock::duration::zero();

class QuotaTest : public ::testing::Test {
 protected:
  // Offers events for `recipients` back to back for `length`; returns how many were admitted.
  int Offer(Quota& quota, std::size_t recipients, Clock::duration length) {
    int passed = 0;
    const Clock::time_point end = now_ + length;
    while (now_ < end) {
      const Clock::duration wait = quota.Take(recipients, now_);
      if (wait == kNow) {
        ++passed;
      } else {
        now_ += milliseconds(1);
      }
    }
    return passed;
  }

  Clock::time_point now_ = Clock::now();
};

TEST_F(QuotaTest, WithoutRatesNothingIsLimited) {
  Quota quota({}, now_);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(quota.Take(1000000, now_), kNow);
}

TEST_F(QuotaTest, AllowsABurstOfOneSecond) {
  Quota quota({10, std::nullopt}, now_);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(quota.Take(1, now_), kNow) << i;
  EXPECT_EQ(quota.Take(1, now_), milliseconds(100));
}

TEST_F(QuotaTest, AdmitsAfterTheRetryDelayAndNotBefore) {
  Quota quota({3, std::nullopt}, now_);
  while (quota.Take(1, now_) == kNow) {
  }
  const Clock::duration wait = quota.Take(1, now_);
  EXPECT_GT(quota.Take(1, now_ + wait - milliseconds(1)), kNow);
  EXPECT_EQ(quota.Take(1, now_ + wait), kNow);
}

TEST_F(QuotaTest, KeepsTheExactRateOverTime) {
  Quota quota({100, std::nullopt}, now_);
  Offer(quota, 1, seconds(1));
  EXPECT_NEAR(Offer(quota, 1, seconds(20)), 2000, 20);
}

TEST_F(QuotaTest, EachRecipientCounts) {
  Quota quota({std::nullopt, 500}, now_);
  Offer(quota, 50, seconds(1));
  EXPECT_NEAR(Offer(quota, 50, seconds(20)), 200, 2);
}

TEST_F(QuotaTest, TheStricterRateCounts) {
  Quota quota({10, 20}, now_);
  Offer(quota, 10, seconds(1));
  EXPECT_NEAR(Offer(quota, 10, seconds(20)), 40, 1);
}

TEST_F(QuotaTest, ARefusalUsesNoQuota) {
  Quota quota({1, 10}, now_);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  for (int i = 0; i < 100; ++i) EXPECT_GT(quota.Take(9, now_), kNow);
  EXPECT_EQ(quota.Take(9, now_ + seconds(1)), kNow);
}

TEST_F(QuotaTest, AnEventAboveTheBurstIsOwed) {
  Quota quota({std::nullopt, 10}, now_);
  EXPECT_EQ(quota.Take(100, now_), kNow);
  EXPECT_EQ(quota.Take(1, now_), milliseconds(9100));
  EXPECT_GT(quota.Take(100, now_ + seconds(9)), kNow);
  EXPECT_EQ(quota.Take(100, now_ + seconds(10)), kNow);
}

TEST_F(QuotaTest, RatesBelowOnePerSecondWork) {
  Quota quota({0.1, std::nullopt}, now_);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  EXPECT_EQ(quota.Take(1, now_), seconds(10));
  EXPECT_EQ(quota.Take(1, now_ + seconds(10)), kNow);
}

TEST_F(QuotaTest, ADryRunUsesNoQuota) {
  Quota quota({1, std::nullopt}, now_);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(quota.WaitFor(1, now_), kNow);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  EXPECT_EQ(quota.WaitFor(1, now_), seconds(1));
}

TEST_F(QuotaTest, ReturnedQuotaCanBeUsedAgain) {
  Quota quota({2, 10}, now_);
  EXPECT_EQ(quota.Take(30, now_), kNow);
  EXPECT_GT(quota.Take(1, now_), kNow);
  quota.GiveBack(30);
  EXPECT_EQ(quota.Take(10, now_), kNow);
  EXPECT_EQ(quota.WaitFor(1, now_), milliseconds(100));
}

TEST_F(QuotaTest, ReturnedQuotaIsBoundedByTheBurst) {
  Quota quota({1, std::nullopt}, now_);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  // The bucket has refilled meanwhile.
  EXPECT_EQ(quota.WaitFor(1, now_ + seconds(1)), kNow);
  quota.GiveBack(1);
  EXPECT_EQ(quota.Take(1, now_ + seconds(1)), kNow);
  EXPECT_GT(quota.Take(1, now_ + seconds(1)), kNow);
}

TEST_F(QuotaTest, NewRatesApplyFromNowOn) {
  Quota quota({10, std::nullopt}, now_);
  quota.SetRates({2, std::nullopt}, now_);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  EXPECT_EQ(quota.Take(1, now_), kNow);
  EXPECT_EQ(quota.Take(1, now_), milliseconds(500));
  // What was used up stays used up.
  quota.SetRates({100, std::nullopt}, now_);
  EXPECT_EQ(quota.Take(1, now_), milliseconds(10));
  quota.SetRates({}, now_);
  EXPECT_EQ(quota.Take(1, now_), kNow);
}

TEST_F(QuotaTest, AStaleClockReadingIsHarmless) {
  Quota quota({10, std::nullopt}, now_);
  for (int i = 0; i < 10; ++i) quota.Take(1, now_);
  EXPECT_EQ(quota.Take(1, now_ - seconds(5)), milliseconds(100));
  EXPECT_EQ(quota.Take(1, now_ + milliseconds(100)), kNow);
}

TEST_F(QuotaTest, ManyThreadsShareOneRate) {
  Quota quota({1000, std::nullopt}, now_);
  std::vector<std::thread> threads;
  std::atomic<int> passed{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        if (quota.Take(1, now_) == kNow) ++passed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 1000);
}

// Its numbers are counters: what is given back must not make them fall.
TEST_F(QuotaTest, CountsWhatWasPublishedAndWhatWasRefused) {
  Quota quota({3, std::nullopt}, now_);
  quota.Take(10, now_);
  quota.Published(10);
  quota.Take(20, now_);
  quota.Published(20);
  quota.Take(1150, now_);
  EXPECT_EQ(quota.usage().recipients, 30U);
  quota.GiveBack(1150);
  quota.Take(1, now_);
  quota.Take(40, now_);
  quota.WaitFor(1, now_);
  EXPECT_EQ(quota.usage().events, 2U);
  EXPECT_EQ(quota.usage().recipients, 30U);
  EXPECT_EQ(quota.usage().refused_events, 1U);
}

}  // namespace
}  // namespace dino::auth
