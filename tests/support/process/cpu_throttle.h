#ifndef DINO_TESTS_SUPPORT_PROCESS_CPU_THROTTLE_H_
#define DINO_TESTS_SUPPORT_PROCESS_CPU_THROTTLE_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"

namespace dino::testing {

// The CPU time that a process has used, to a hundredth of a second. 0 if there is no such process.
std::chrono::milliseconds CpuTimeOf(pid_t pid);

// Lets a process run for only a part of each period, as a CPU quota does.
//
// Applies from construction to destruction; then the process runs again. The process must outlive
// it. Thread-safe.
class CpuThrottle {
 public:
  // The process alternately runs for `run` (SIGCONT) and is stopped for `stop` (SIGSTOP).
  CpuThrottle(Subprocess& process, Clock::duration run, Clock::duration stop);
  CpuThrottle(const CpuThrottle&) = delete;
  CpuThrottle& operator=(const CpuThrottle&) = delete;
  ~CpuThrottle();

  // Waits until the process was stopped that many times since construction.
  void WaitForStops(std::size_t count, Where where = Where::Here());

 private:
  void Run();
  // Waits; false if it is time to end.
  bool Pause(Clock::duration duration);

  Subprocess& process_;
  const Clock::duration run_;
  const Clock::duration stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  bool end_ = false;
  std::size_t stops_ = 0;

  std::thread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_CPU_THROTTLE_H_
