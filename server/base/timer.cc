#include "server/base/timer.h"

#include <pthread.h>

#include <utility>

namespace dino {

Timer::Timer(const char* thread_name, Clock::time_point first, Function function)
    : function_(std::move(function)), next_(first), thread_([this, thread_name] {
        pthread_setname_np(pthread_self(), thread_name);
        Run();
      }) {}

Timer::~Timer() {
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

}  // namespace dino
