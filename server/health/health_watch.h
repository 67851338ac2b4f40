#ifndef DINO_SERVER_HEALTH_HEALTH_WATCH_H_
#define DINO_SERVER_HEALTH_HEALTH_WATCH_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/health/changes.h"
#include "server/health/health.h"
#include "server/health/judge.h"

namespace dino::health {

// Looks at the facts again and again: knows since when a problem has been there, what each broker
// did in the last minute, and what has changed. Thread-safe.
class HealthWatch {
 public:
  // How many changes it remembers.
  static constexpr std::size_t kChanges = 50;
  // How often to look.
  static constexpr std::chrono::seconds kInterval{1};

  // Asks for the facts, all but those that earlier looks tell. Thread-safe.
  using FactsFunction = std::function<Facts()>;
  // Told of each change, on the thread that calls `Look`.
  using ChangeFunction = std::function<void(const Change&)>;

  explicit HealthWatch(
      FactsFunction facts, ChangeFunction on_change = [](const Change&) {})
      : facts_(std::move(facts)), on_change_(std::move(on_change)) {}
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // Notes what has changed; to be called every `kInterval`.
  void Look();

  // How it is now, and the facts from which that follows.
  struct Reading {
    Facts facts;
    Health health;
  };
  Reading Read() const;
  // What has changed, the newest first.
  std::vector<Change> Changes() const;

 private:
  // What a broker had counted at a time.
  struct Counts {
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t losses = 0;
    std::chrono::nanoseconds puback_time{};
  };
  struct Sample {
    Clock::time_point at;
    std::vector<Counts> brokers;
    Refusals refusals;
  };

  static Counts CountsOf(const mqtt::BrokerInfo& broker);
  // Adds what depends on earlier looks.
  Reading Complete(Facts facts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddRefusals(Facts& facts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeSample(const Facts& facts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FactsFunction facts_;
  const ChangeFunction on_change_;
  mutable Mutex mutex_;
  // Of the last minute, the oldest first.
  std::deque<Sample> samples_ ABSL_GUARDED_BY(mutex_);
  // As of the last look.
  Health last_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> over_quota_ ABSL_GUARDED_BY(mutex_);
  // The newest first.
  std::deque<Change> changes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_HEALTH_WATCH_H_
