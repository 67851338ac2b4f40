#ifndef DINO_SERVER_LOG_LINE_PACE_H_
#define DINO_SERVER_LOG_LINE_PACE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "server/base/clock.h"

namespace dino::log {

// Lets one line through in a second or another period, and counts the others. Thread-safe.
class LinePace {
 public:
  // A line each second, or each `period`.
  explicit LinePace(Clock::duration period = std::chrono::seconds(1)) : period_(period) {}

  // Whether a line may be written at `now`.
  bool Take(Clock::time_point now);

  // The same: how many lines were held back since the last one; none if this one is held back, too.
  std::optional<std::uint64_t> TakeOne(Clock::time_point now);

 private:
  const Clock::duration period_;
  // In the clock's ticks: when the last line went through. None yet.
  std::atomic<Clock::rep> last_{Clock::time_point::min().time_since_epoch().count()};
  std::atomic<std::uint64_t> held_back_{0};
};

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_LINE_PACE_H_
