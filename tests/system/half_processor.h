#ifndef DINO_TESTS_SYSTEM_HALF_PROCESSOR_H_
#define DINO_TESTS_SYSTEM_HALF_PROCESSOR_H_

#include <time.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "tests/support/process/patience.h"

namespace dino::testing {

inline std::chrono::nanoseconds CpuTimeOfThisThread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Half a processor, for all who take part. Thread-safe.
class HalfProcessor {
 public:
  // Takes what the calling thread has used since `before`, and waits until as much time has passed
  // as that much use is worth. `others` have used so much, ever.
  void Spend(std::chrono::nanoseconds before, std::chrono::milliseconds others,
             const std::atomic<bool>& end) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      used_ += CpuTimeOfThisThread() - before;
    }
    while (!end && Ahead(others)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  bool Ahead(std::chrono::milliseconds others) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return 2 * (used_ + others) > Clock::now() - began_;
  }

  const Clock::time_point began_ = Clock::now();
  std::mutex mutex_;
  std::chrono::nanoseconds used_{0};
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_HALF_PROCESSOR_H_
