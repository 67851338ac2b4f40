#ifndef DINO_SERVER_MQTT_SESSION_WAY_HOME_H_
#define DINO_SERVER_MQTT_SESSION_WAY_HOME_H_

#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// When a session that is connected to another broker than its first one looks whether that is
// back, and when it goes there: once a second connection, to the first broker, has held for a
// while.
//
// Knows no sockets; not thread-safe.
class WayHome {
 public:
  enum class Step {
    kStay,
    // Make a second connection. Said once; `Found` or `Failed` follows.
    kLook,
    // Send nothing more at the old connection, and change over once all is answered.
    kLeave,
  };

  // `hold`: how long the second connection must hold before it is used.
  explicit WayHome(Clock::duration hold) : hold_(hold) {}

  // The session is connected, and looks for its first broker every `interval`.
  void Connected(Clock::time_point now, Clock::duration interval) {
    interval_ = interval;
    Failed(now);
  }
  // The session is there, or not connected: there is nothing to look for.
  void Rest() { Become(Phase::kAtRest, Clock::time_point::max()); }

  // There is a second connection; or there is none, or none any more.
  void Found(Clock::time_point now) { Become(Phase::kHolding, now + hold_); }
  void Failed(Clock::time_point now) { Become(Phase::kWaiting, now + interval_); }

  Step Advance(Clock::time_point now) {
    if (phase_ == Phase::kWaiting && now >= next_at_) {
      Become(Phase::kLooking, Clock::time_point::max());
      return Step::kLook;
    }
    if (phase_ == Phase::kHolding && now >= next_at_) {
      Become(Phase::kLeaving, Clock::time_point::max());
    }
    return phase_ == Phase::kLeaving ? Step::kLeave : Step::kStay;
  }

  // True once it has said so.
  bool leaving() const { return phase_ == Phase::kLeaving; }

  // When `Advance` says something new at the latest.
  Clock::time_point NextTimer() const { return next_at_; }

 private:
  enum class Phase { kAtRest, kWaiting, kLooking, kHolding, kLeaving };

  void Become(Phase phase, Clock::time_point next_at) {
    phase_ = phase;
    next_at_ = next_at;
  }

  const Clock::duration hold_;
  Clock::duration interval_{};
  Phase phase_ = Phase::kAtRest;
  Clock::time_point next_at_ = Clock::time_point::max();
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_WAY_HOME_H_
