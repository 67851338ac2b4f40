#ifndef DINO_SERVER_OPS_HISTORY_H_
#define DINO_SERVER_OPS_HISTORY_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "server/base/clock.h"
#include "server/base/histogram.h"
#include "server/base/mutex.h"
#include "server/fanout/publication_meter.h"
#include "server/grpc/call_meters.h"
#include "server/health/judge.h"
#include "server/mqtt/session/session_meter.h"

namespace dino::ops {

// The median and the 99th percentile, in seconds; none without values.
struct Times {
  std::optional<double> p50;
  std::optional<double> p99;
};

// What happened in one interval.
struct Interval {
  std::chrono::system_clock::time_point ended_at;
  double seconds = 0;
  // Calls that publish, by result; a stream counts when it ends.
  std::uint64_t succeeded_calls = 0;
  std::uint64_t failed_calls = 0;
  std::uint64_t acknowledged_publications = 0;
  // All others, and those among them that a broker refused.
  std::uint64_t failed_publications = 0;
  std::uint64_t rejected_publications = 0;
  // Of unary calls that publish.
  Times calls;
  // From a PUBLISH to its PUBACK.
  Times pubacks;
};

// Remembers the last minutes: what the meters counted in each interval. Thread-safe.
class History {
 public:
  static constexpr std::chrono::seconds kInterval{2};
  // Five minutes.
  static constexpr std::size_t kIntervals = 150;
  static constexpr std::size_t kMinute = std::chrono::minutes(1) / kInterval;

  // The meters must outlive it.
  History(const transport::CallMeters& calls, const fanout::PublicationMeter& publications,
          const mqtt::SessionMeter& sessions);

  // Reads the meters; call it every `kInterval`. The first call only sets the starting point.
  void Look(Clock::time_point now, std::chrono::system_clock::time_point wall_time);

  // The oldest first.
  std::vector<Interval> Read() const;
  // How long the calls of each method took that ended in the last minute, in the meters' order.
  std::vector<Times> CallsOfLastMinute() const;
  // What became of publications in the last minute.
  health::RecentPublications LastMinute() const;

 private:
  // The counts up to some time.
  struct Counts {
    Clock::time_point at;
    std::uint64_t succeeded_calls = 0;
    std::uint64_t failed_calls = 0;
    std::uint64_t acknowledged_publications = 0;
    std::uint64_t failed_publications = 0;
    std::uint64_t rejected_publications = 0;
    std::vector<std::uint64_t> call_times;
    // The same of each method.
    std::vector<std::vector<std::uint64_t>> method_times;
    std::vector<std::uint64_t> puback_times;
  };

  Counts CountsAt(Clock::time_point now) const;
  void CountCalls(Counts& counts) const;

  const transport::CallMeters& calls_;
  const fanout::PublicationMeter& publications_;
  const mqtt::SessionMeter& sessions_;
  mutable Mutex mutex_;
  // Of each method, the oldest first: up to a minute ago, and the last.
  std::deque<std::vector<std::vector<std::uint64_t>>> method_times_ ABSL_GUARDED_BY(mutex_);
  std::optional<Counts> last_ ABSL_GUARDED_BY(mutex_);
  std::deque<Interval> intervals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_HISTORY_H_
