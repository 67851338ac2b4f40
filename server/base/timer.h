#ifndef DINO_SERVER_BASE_TIMER_H_
#define DINO_SERVER_BASE_TIMER_H_

#include <condition_variable>
#include <functional>
#include <thread>
#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino {

class SimulatedTimers;

// Calls a function at given times, on a thread of its own. Thread-safe.
class Timer {
 public:
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  // Returns when to call it again, unless `CallBy` asks for an earlier time.
  using Function = std::function<Clock::time_point()>;

  // `thread_name` has at most 15 bytes. `first` is when to call it for the first time.
  Timer(const char* thread_name, Clock::time_point first, Function function);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Waits for a call in progress; none follows.
  ~Timer();

  // Asks for a call at `when` or soon after. One call serves all requests made before it began.
  void CallBy(Clock::time_point when);

 private:
  void Run();
  // Waits until the next call is due; false when stopping.
  bool WaitForTime();

  friend class SimulatedTimers;
  Clock::time_point Next();
  // Calls the function if that is due.
  void CallIfDue(Clock::time_point now);

  const Function function_;
  Mutex mutex_;
  std::condition_variable changed_;
  Clock::time_point next_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  // Who calls the function; null if it is the thread.
  SimulatedTimers* const simulated_;
  std::thread thread_;
};

// While it lives, timers made on its thread have no thread: they call when they are told to. At
// most one a thread; outlives those timers.
class SimulatedTimers {
 public:
  SimulatedTimers();
  SimulatedTimers(const SimulatedTimers&) = delete;
  SimulatedTimers& operator=(const SimulatedTimers&) = delete;
  ~SimulatedTimers();

  // When the next call is due.
  Clock::time_point next() const;
  // Makes the calls that are due at `Clock::now()`.
  void CallDue();

 private:
  friend class Timer;

  std::vector<Timer*> timers_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_TIMER_H_
