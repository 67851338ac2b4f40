#ifndef DINO_SERVER_MQTT_SESSION_BROKER_CONNECTIONS_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_CONNECTIONS_H_

#include <chrono>

#include "absl/base/thread_annotations.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::mqtt {

// Answers whether a broker was up when a connection to it was lost: whether another one lived on.
//
// Counts the connections of a broker's sessions. Thread-safe.
class BrokerConnections {
 public:
  void Made() {
    const MutexLock lock(mutex_);
    ++count_;
  }
  void Lost(Clock::time_point now) {
    const MutexLock lock(mutex_);
    if (--count_ == 0) none_at_ = now;
  }

  // True if there is a connection now.
  bool any() const {
    const MutexLock lock(mutex_);
    return count_ > 0;
  }

  // True if there was a connection all the time from a second before `time` on until now.
  bool LivedOnSince(Clock::time_point time) const { return SteadyFrom() < time; }
  // From when on that can be said; never, if there is no connection.
  Clock::time_point SteadyFrom() const {
    const MutexLock lock(mutex_);
    return count_ > 0 ? none_at_ + kAtOnce : Clock::time_point::max();
  }

  // A broker whose connections all end within this time is down.
  static constexpr std::chrono::seconds kAtOnce{1};

 private:
  mutable Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
  // When there was none last.
  Clock::time_point none_at_ ABSL_GUARDED_BY(mutex_) = Clock::time_point::min();
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_CONNECTIONS_H_
