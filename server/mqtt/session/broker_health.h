#ifndef DINO_SERVER_MQTT_SESSION_BROKER_HEALTH_H_
#define DINO_SERVER_MQTT_SESSION_BROKER_HEALTH_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::mqtt {

// Answers whether a broker does its work: what counts is that it answers publications, not that it
// accepts connections. After two ack timeouts in a row, of any of its sessions, it is left; from
// then on one session at a time tries it again, later and later, until the first answer. One that
// answers then, but not what follows, is not tried sooner the next time.
//
// Shared by the broker's sessions. Thread-safe.
class BrokerHealth {
 public:
  static constexpr std::chrono::seconds kShortestBackoff{5};

  // Told whether the broker is left from here on; must not block.
  using ChangeFunction = std::function<void(bool left)>;

  // `shortest_backoff`: how long the broker is left at first.
  explicit BrokerHealth(
      Clock::duration shortest_backoff = kShortestBackoff, ChangeFunction on_change = [](bool) {})
      : shortest_backoff_(shortest_backoff),
        on_change_(std::move(on_change)),
        backoff_(shortest_backoff) {}

  bool left() const { return left_.load(std::memory_order_relaxed); }

  // A session got an answer, or got none in time.
  void Answered(Clock::time_point now) {
    if (timeouts_.load(std::memory_order_relaxed) != 0) Recover(now);
  }
  void TimedOut(std::uint32_t session, Clock::time_point now);

  // True if this session is to try the broker now, that is left.
  bool TryProbe(std::uint32_t session, Clock::time_point now);
  // The session has lost its connection before the broker answered or timed out.
  void EndProbe(std::uint32_t session, Clock::time_point now);
  // The session had nothing to try the broker with: each of the others may, before it may again.
  void PassOnProbe(std::uint32_t session, Clock::time_point now);

 private:
  void Recover(Clock::time_point now);

  static constexpr std::chrono::seconds kLongestBackoff{80};
  // A broker that has been used for so long is left for the shortest time again.
  static constexpr std::chrono::minutes kProven{2};
  // So soon each session that is connected asks again.
  static constexpr std::chrono::seconds kRound{2};

  const Clock::duration shortest_backoff_;
  const ChangeFunction on_change_;
  // In a row.
  std::atomic<int> timeouts_{0};
  std::atomic<bool> left_{false};
  Mutex mutex_;
  std::optional<std::uint32_t> prober_ ABSL_GUARDED_BY(mutex_);
  Clock::time_point probe_at_ ABSL_GUARDED_BY(mutex_);
  // Who has passed the probe on in this round, and when the last one did.
  std::vector<std::uint32_t> passed_on_ ABSL_GUARDED_BY(mutex_);
  Clock::time_point passed_on_at_ ABSL_GUARDED_BY(mutex_);
  Clock::duration backoff_ ABSL_GUARDED_BY(mutex_);
  // When it was taken back last; the beginning of time for never.
  Clock::time_point recovered_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_BROKER_HEALTH_H_
