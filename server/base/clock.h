#ifndef DINO_SERVER_BASE_CLOCK_H_
#define DINO_SERVER_BASE_CLOCK_H_

#include <chrono>

namespace dino {

// The clock of all waits, deadlines and measurements; it never jumps. A thread that simulates gives
// it another time, see `SimulatedTime`.
class Clock {
 public:
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): as in std

  static time_point now() {
    return simulated_ == nullptr ? std::chrono::steady_clock::now() : *simulated_;
  }

 private:
  friend class SimulatedTime;

  inline static thread_local const time_point* simulated_ = nullptr;
};

// While it lives, `Clock::now()` is its time on the thread that made it, and stands still but for
// `Set`. At most one a thread; destroyed on the thread that made it.
class SimulatedTime {
 public:
  explicit SimulatedTime(Clock::time_point start) : now_(start) { Clock::simulated_ = &now_; }
  SimulatedTime(const SimulatedTime&) = delete;
  SimulatedTime& operator=(const SimulatedTime&) = delete;
  ~SimulatedTime() { Clock::simulated_ = nullptr; }

  // REQUIRES: `now` is not before the time that was set last.
  void Set(Clock::time_point now) { now_ = now; }

 private:
  Clock::time_point now_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_CLOCK_H_
