#include "tests/testing/cpu_throttle.h"

#include <gtest/gtest.h>

#include <csignal>

namespace dino::testing {

CpuThrottle::CpuThrottle(Subprocess& process, Clock::duration run, Clock::duration stop)
    : process_(process), run_(run), stop_(stop), thread_([this] { Run(); }) {}

CpuThrottle::~CpuThrottle() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
  }
  changed_.notify_all();
  thread_.join();
  process_.Signal(SIGCONT);
}

void CpuThrottle::Run() {
  while (Pause(run_)) {
    process_.Signal(SIGSTOP);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++stops_;
    }
    changed_.notify_all();
    if (!Pause(stop_)) return;
    process_.Signal(SIGCONT);
  }
}

bool CpuThrottle::Pause(Clock::duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  const Clock::time_point until = Clock::now() + duration;
  while (!end_ && Clock::now() < until) changed_.wait_until(lock, until);
  return !end_;
}

void CpuThrottle::WaitForStops(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return stops_ >= count; })) {
    ADD_FAILURE_AT(where.file, where.line) << "the process was not stopped in time";
  }
}

}  // namespace dino::testing
