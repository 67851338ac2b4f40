#ifndef DINO_SERVER_GRPC_CALL_TRACKER_H_
#define DINO_SERVER_GRPC_CALL_TRACKER_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>

#include "server/base/mutex.h"

namespace dino::transport {

// Counts the calls that exist, so that the queues can stay open until the last one has gone:
// the library ends calls for itself before it has told us, and aborts when an operation is
// begun on a queue that was shut down. Thread-safe.
class CallTracker {
 public:
  void Begin() {
    const MutexLock lock(mutex_);
    ++count_;
  }

  void End() {
    const MutexLock lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }

  void WaitForNone() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    MutexLock lock(mutex_);
    none_.wait(lock.native(), [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_ == 0; });
  }

  // The same, for at most `timeout`; false if there are still some.
  bool WaitForNone(std::chrono::milliseconds timeout) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    MutexLock lock(mutex_);
    return none_.wait_for(lock.native(), timeout,
                          [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return count_ == 0; });
  }

 private:
  Mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_CALL_TRACKER_H_
