#ifndef DINO_SERVER_FANOUT_WAKER_H_
#define DINO_SERVER_FANOUT_WAKER_H_

#include <condition_variable>
#include <functional>
#include <thread>

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Calls a function on a thread of its own when it is time. Thread-safe.
class Waker {
 public:
  explicit Waker(std::function<void()> wake);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  // Waits for a `wake` in progress; none follows.
  ~Waker();

  // Has `wake` called once at `when` or soon after, and not later for an earlier time that it
  // was asked for. All that it was asked for is forgotten when it is called.
  void WakeBy(Clock::time_point when);

 private:
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  void Run();
  // Waits until it is time; false at the end.
  bool WaitForTime();

  const std::function<void()> wake_;
  Mutex mutex_;
  std::condition_variable changed_;
  Clock::time_point next_ ABSL_GUARDED_BY(mutex_) = kNever;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_WAKER_H_
