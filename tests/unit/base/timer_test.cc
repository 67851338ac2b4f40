#include "server/base/timer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <vector>

#include "tests/support/process/patience.h"

namespace dino {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class TimerTest : public ::testing::Test {
 protected:
  // The time of the call with this number, from 1.
  Clock::time_point WaitForCall(std::size_t number) {
    std::unique_lock lock(mutex_);
    const bool called =
        changed_.wait_for(lock, testing::kPatience, [&] { return calls_.size() >= number; });
    EXPECT_TRUE(called) << "call " << number;
    return called ? calls_[number - 1] : Timer::kNever;
  }

  // A timer that records its calls and requests further ones after `waits`.
  Timer Start(Clock::time_point first, std::deque<Clock::duration> waits = {}) {
    return {"test", first, [this, waits]() mutable {
              const std::lock_guard lock(mutex_);
              calls_.push_back(Clock::now());
              changed_.notify_all();
              if (waits.empty()) return Timer::kNever;
              const Clock::duration wait = waits.front();
              waits.pop_front();
              return Clock::now() + wait;
            }};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Clock::time_point> calls_;
};

TEST_F(TimerTest, DoesNotCallEarly) {
  Timer timer = Start(Timer::kNever);
  const Clock::time_point when = Clock::now() + milliseconds(20);
  timer.CallBy(when);
  EXPECT_GE(WaitForCall(1), when);
}

TEST_F(TimerTest, AnEarlierTimeWins) {
  const Clock::time_point late = Clock::now() + hours(1);
  Timer timer = Start(late);
  timer.CallBy(Clock::now() - std::chrono::seconds(1));
  timer.CallBy(late);
  EXPECT_LT(WaitForCall(1), late);
}

TEST_F(TimerTest, CallsAgainWhenAskedAgain) {
  Timer timer = Start(Clock::now());
  WaitForCall(1);
  timer.CallBy(Clock::now());
  WaitForCall(2);
}

TEST_F(TimerTest, CallsAgainWhenTheFunctionAsksForIt) {
  const Timer timer = Start(Clock::now(), {milliseconds(10), milliseconds(1)});
  const Clock::time_point first = WaitForCall(1);
  EXPECT_GE(WaitForCall(2), first + milliseconds(10));
  WaitForCall(3);
}

TEST_F(TimerTest, ARequestComesBeforeALaterTimeOfTheFunction) {
  Timer timer = Start(Clock::now(), {hours(1)});
  WaitForCall(1);
  timer.CallBy(Clock::now());
  WaitForCall(2);
}

TEST_F(TimerTest, StopsWithoutWaitingForTheNextCall) {
  const Timer timer = Start(Clock::now(), {hours(1)});
  WaitForCall(1);
}

TEST_F(TimerTest, NoCallIsInProgressOnceStopped) {
  std::promise<void> begun;
  bool ended = false;
  {
    const Timer timer("test", Clock::now(), [&] {
      begun.set_value();
      std::this_thread::yield();
      ended = true;
      return Timer::kNever;
    });
    begun.get_future().wait();
  }
  EXPECT_TRUE(ended);
}

TEST(SimulatedTimersTest, CallWhatIsDueWithoutAThread) {
  SimulatedTime time(Clock::now());
  SimulatedTimers timers;
  EXPECT_EQ(timers.next(), Timer::kNever);

  const Clock::time_point first = Clock::now() + hours(1);
  std::vector<Clock::time_point> calls;
  Timer timer("test", first, [&] {
    calls.push_back(Clock::now());
    return Clock::now() + hours(1);
  });
  EXPECT_EQ(timers.next(), first);
  timers.CallDue();
  EXPECT_TRUE(calls.empty());

  time.Set(first);
  timers.CallDue();
  timers.CallDue();
  EXPECT_EQ(calls, std::vector{first});
  EXPECT_EQ(timers.next(), first + hours(1));

  timer.CallBy(first);
  timers.CallDue();
  EXPECT_EQ(calls.size(), 2U);
}

}  // namespace
}  // namespace dino
