#include "server/base/timer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace dino {
namespace {

thread_local SimulatedTimers* simulated_timers = nullptr;

}  // namespace

Timer::Timer(const char* thread_name, Clock::time_point first, Function function)
    : function_(std::move(function)), next_(first), simulated_(simulated_timers) {
  if (simulated_ != nullptr) {
    simulated_->timers_.push_back(this);
    return;
  }
  thread_ = std::thread([this, thread_name] {
    pthread_setname_np(pthread_self(), thread_name);
    Run();
  });
}

Timer::~Timer() {
  if (simulated_ != nullptr) {
    auto& timers = simulated_->timers_;
    timers.erase(std::remove(timers.begin(), timers.end(), this), timers.end());
    return;
  }
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Timer::CallBy(Clock::time_point when) {
  const MutexLock lock(mutex_);
  if (when >= next_) return;
  next_ = when;
  changed_.notify_one();
}

void Timer::Run() {
  while (WaitForTime()) CallBy(function_());
}

bool Timer::WaitForTime() {
  MutexLock lock(mutex_);
  while (!stop_) {
    if (next_ == kNever) {
      changed_.wait(lock.native());
    } else if (next_ > Clock::now()) {
      const Clock::time_point next = next_;
      changed_.wait_until(lock.native(), next);
    } else {
      next_ = kNever;
      return true;
    }
  }
  return false;
}

Clock::time_point Timer::Next() {
  const MutexLock lock(mutex_);
  return next_;
}

void Timer::CallIfDue(Clock::time_point now) {
  {
    const MutexLock lock(mutex_);
    if (next_ > now) return;
    next_ = kNever;
  }
  CallBy(function_());
}

SimulatedTimers::SimulatedTimers() { simulated_timers = this; }

SimulatedTimers::~SimulatedTimers() { simulated_timers = nullptr; }

Clock::time_point SimulatedTimers::next() const {
  Clock::time_point next = Timer::kNever;
  for (Timer* const timer : timers_) next = std::min(next, timer->Next());
  return next;
}

void SimulatedTimers::CallDue() {
  const Clock::time_point now = Clock::now();
  // A call may make or end timers.
  const std::vector<Timer*> timers = timers_;
  for (Timer* const timer : timers) {
    if (std::find(timers_.begin(), timers_.end(), timer) != timers_.end()) timer->CallIfDue(now);
  }
}

}  // namespace dino
