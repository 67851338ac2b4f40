#ifndef DINO_SERVER_LOG_LINE_PACE_H_
#define DINO_SERVER_LOG_LINE_PACE_H_

#include <atomic>
#include <cstdint>
#include <optional>

#include "server/base/clock.h"

namespace dino::log {

// Lets so many lines through in a second, and counts the others. Thread-safe.
class LinePace {
 public:
  // Whether a line may be written at `now`.
  bool Take(std::uint32_t lines_a_second, Clock::time_point now);

  // The same for one a second: how many lines were held back since the last one; none if this one
  // is held back, too.
  std::optional<std::uint64_t> TakeOne(Clock::time_point now);

 private:
  // In the clock's ticks; the second that is counted. None yet.
  std::atomic<Clock::rep> began_{Clock::time_point::min().time_since_epoch().count()};
  std::atomic<std::uint32_t> taken_{0};
  std::atomic<std::uint64_t> held_back_{0};
};

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_LINE_PACE_H_
