#ifndef DINO_SERVER_LOG_STATE_LOG_H_
#define DINO_SERVER_LOG_STATE_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/log/record.h"
#include "server/log/state_pace.h"

namespace dino::log {

// The log's lines about a fault that may last, as `StatePace` has them: with `reason`, with
// `seconds` since it began unless they say that it begins, and with `count`, how often it has
// occurred since then, if that is counted. Those of its end have the level info.
//
// Not thread-safe.
class StateLog {
 public:
  struct Texts {
    Level level;
    // What is wrong, and what is said when it is not any more. Literals.
    std::string_view fault;
    std::string_view end;
  };

  explicit StateLog(const Texts& texts) : texts_(texts) {}

  // The fault has occurred once more.
  void Occurred() { ++count_; }

  // Whether a line about the end is due some time, if all is well.
  bool open() const { return pace_.open(); }

  // Writes the line that is due. `reason`: what is wrong at `now`, empty if nothing is; another
  // reason than before is worth a line. `peer`: whom it concerned last, empty if that is not known.
  void Look(std::string_view reason, Clock::time_point now = Clock::now(),
            std::string_view peer = {});

 private:
  const Texts texts_;
  StatePace pace_;
  // Of the last line.
  std::string reason_;
  std::uint64_t count_ = 0;
};

}  // namespace dino::log

#endif  // DINO_SERVER_LOG_STATE_LOG_H_
