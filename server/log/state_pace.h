#ifndef DINO_SERVER_LOG_STATE_PACE_H_
#define DINO_SERVER_LOG_STATE_PACE_H_

#include <chrono>
#include <cstddef>
#include <deque>

#include "server/base/clock.h"

namespace dino::log {

// Decides when a state that may last has a line in the log: when it begins or gets worse, once a
// minute while it lasts, and when it ends. At most three lines in a minute: what comes and goes
// faster than that lasts, as far as the log is concerned.
//
// Not thread-safe.
class StatePace {
 public:
  enum class Line { kNone, kBegan, kLasts, kEnded };

  static constexpr std::chrono::seconds kPeriod{60};
  static constexpr std::size_t kMostLines = 3;

  // How bad it is at `now`; 0 if all is well. `news`: something about it is worth a line of its
  // own. Returns the line that is to be written.
  Line Look(int badness, Clock::time_point now, bool news = false);

  // Whether the log says that something is wrong.
  bool open() const { return shown_ > 0; }

  // When the state began that the last line was about.
  Clock::time_point began_at() const { return began_at_; }

 private:
  struct Written {
    Clock::time_point at;
    // All was well before.
    bool first;
  };

  Line Due(int badness, bool news) const;

  // What the log says it is.
  int shown_ = 0;
  Clock::time_point began_at_;
  // Of the last period, the oldest first.
  std::deque<Written> written_;
};

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_STATE_PACE_H_
