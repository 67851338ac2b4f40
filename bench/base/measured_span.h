#ifndef DINO_BENCH_BASE_MEASURED_SPAN_H_
#define DINO_BENCH_BASE_MEASURED_SPAN_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include "bench/base/clock.h"

namespace dino::bench {

// How long a load is measured.
struct SpanOptions {
  // From the first completion on.
  std::chrono::nanoseconds warm_up{};
  std::uint64_t least_warm_up = 1;
  // The measurement that follows. It ends when both are reached, so that a slow load is measured
  // longer.
  std::chrono::nanoseconds duration{};
  std::uint64_t least_completions = 1;
  // The process whose processor time is recorded.
  pid_t process = getpid();
  // Called when the span begins, if there is one.
  std::function<void()> on_start;
};

// Times completions under a load that runs before, during and after it, so that neither the start
// nor the end of the load counts. Starts and ends at a completion.
//
// Thread-safe.
class MeasuredSpan {
 public:
  explicit MeasuredSpan(SpanOptions options) : options_(std::move(options)) {}
  MeasuredSpan(const MeasuredSpan&) = delete;
  MeasuredSpan& operator=(const MeasuredSpan&) = delete;

  // Records `completions` more, at `now`. Returns true if they lie within the span.
  bool Add(std::uint64_t completions, Clock::time_point now = Clock::now());

  // True when there is nothing more to measure.
  bool ended() const { return ended_.load(std::memory_order_relaxed); }

  // All completions so far, including those outside the span.
  std::uint64_t total() const;

  // Completions within the span, its length, and one divided by the other; 0 before the end.
  std::uint64_t completions() const;
  double seconds() const;
  double per_second() const;

  // The processor time that the process used in the span, per completion; 0 before the end.
  double processor_microseconds() const;

 private:
  const SpanOptions options_;
  std::atomic<bool> ended_{false};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t total_ = 0;
  bool begun_ = false;
  bool started_ = false;
  Clock::time_point begin_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  Clock::time_point start_;
  Clock::time_point end_;
  std::chrono::nanoseconds processor_time_{};
};

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_MEASURED_SPAN_H_
