#include "server/fanout/waker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "tests/support/process/patience.h"

namespace dino::fanout {
namespace {

class WakerTest : public ::testing::Test {
 protected:
  Clock::time_point WaitForCall(std::size_t number) {
    std::unique_lock lock(mutex_);
    const bool called =
        changed_.wait_for(lock, testing::kPatience, [&] { return calls_.size() >= number; });
    EXPECT_TRUE(called) << "call " << number;
    return called ? calls_[number - 1] : Clock::time_point::max();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Clock::time_point> calls_;
  Waker waker_{[this] {
    const std::lock_guard lock(mutex_);
    calls_.push_back(Clock::now());
    changed_.notify_all();
  }};
};

TEST_F(WakerTest, CallsNotBeforeItIsTime) {
  const Clock::time_point when = Clock::now() + std::chrono::milliseconds(20);
  waker_.WakeBy(when);
  EXPECT_GE(WaitForCall(1), when);
}

TEST_F(WakerTest, AnEarlierTimeWins) {
  const Clock::time_point late = Clock::now() + std::chrono::hours(1);
  waker_.WakeBy(late);
  waker_.WakeBy(Clock::now() - std::chrono::seconds(1));
  waker_.WakeBy(late);
  EXPECT_LT(WaitForCall(1), late);
}

TEST_F(WakerTest, CallsAgainWhenAskedAgain) {
  waker_.WakeBy(Clock::now());
  WaitForCall(1);
  waker_.WakeBy(Clock::now());
  WaitForCall(2);
}

TEST_F(WakerTest, EndsWhateverItWasAskedFor) {
  waker_.WakeBy(Clock::now() + std::chrono::hours(1));
}

}  // namespace
}  // namespace dino::fanout
