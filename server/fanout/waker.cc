#include "server/fanout/waker.h"

#include <utility>

namespace dino::fanout {

Waker::Waker(std::function<void()> wake) : wake_(std::move(wake)), thread_([this] { Run(); }) {}

Waker::~Waker() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Waker::WakeBy(Clock::time_point when) {
  const MutexLock lock(mutex_);
  if (when >= next_) return;
  next_ = when;
  changed_.notify_one();
}

void Waker::Run() {
  while (WaitForTime()) wake_();
}

bool Waker::WaitForTime() {
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

}  // namespace dino::fanout
