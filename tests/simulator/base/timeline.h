#ifndef DINO_TESTS_SIMULATOR_BASE_TIMELINE_H_
#define DINO_TESTS_SIMULATOR_BASE_TIMELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "server/base/clock.h"

namespace dino::simulator {

using Time = Clock::time_point;
using Duration = Clock::duration;

// What is going to happen, in the order of simulated time; at one time, in the order of the
// requests. While it lives, `Clock::now()` on its thread is the time of what happens.
class Timeline {
 public:
  using Task = std::function<void()>;

  Timeline() : clock_(kStart) {}

  Time now() const { return Clock::now(); }
  // Since the start.
  Duration elapsed() const { return now() - kStart; }

  // A time that has passed means now.
  void At(Time when, Task task);
  void After(Duration delay, Task task) { At(now() + delay, std::move(task)); }

  // Does the next thing; false if there is none.
  bool RunNext();
  // How many things were done.
  std::uint64_t steps() const { return steps_; }

  // A moment that no real clock reaches, so that real and simulated times cannot be mistaken.
  static constexpr Time kStart{std::chrono::hours(24 * 365 * 100)};

 private:
  struct Entry {
    Time when;
    std::uint64_t number = 0;
    Task task;
  };
  static bool Later(const Entry& a, const Entry& b) {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }

  SimulatedTime clock_;
  // A heap.
  std::vector<Entry> entries_;
  std::uint64_t next_number_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BASE_TIMELINE_H_
