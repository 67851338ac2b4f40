#ifndef DINO_SERVER_APP_HEALTH_LOG_H_
#define DINO_SERVER_APP_HEALTH_LOG_H_

#include <map>
#include <string>
#include <utility>

#include "server/base/clock.h"
#include "server/health/changes.h"
#include "server/log/state_pace.h"

namespace dino::app {

// The log's lines "state changed": that a problem without lines of its own began, grew or ended,
// each at the pace of `log::StatePace`, and that a broker came or went. That a problem lasts has no
// line: a certificate expires for two weeks.
//
// Not thread-safe.
class HealthLog {
 public:
  // Notes a change, which `Look` logs; that a broker came or went is logged at once.
  void OnChange(const health::Change& change, Clock::time_point now);

  // Writes the lines that are due; to be called after each look at health.
  void Look(Clock::time_point now);

 private:
  struct State {
    health::Change last;
    Clock::time_point changed_at;
    // It has begun anew though its end was never told: a worse problem had hidden it.
    bool again = false;
    log::StatePace pace;
  };

  // By kind and subject.
  std::map<std::pair<std::string, std::string>, State> states_;
};

}  // namespace dino::app

#endif  // DINO_SERVER_APP_HEALTH_LOG_H_
