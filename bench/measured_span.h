#ifndef DINO_BENCH_MEASURED_SPAN_H_
#define DINO_BENCH_MEASURED_SPAN_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace dino::bench {

// Times `count` completions that follow `warm_up` others, under a load that goes on before,
// during and after: neither start nor end of the load is in the time.
//
// Thread-safe.
class MeasuredSpan {
 public:
  MeasuredSpan(std::uint64_t warm_up, std::uint64_t count);
  MeasuredSpan(const MeasuredSpan&) = delete;
  MeasuredSpan& operator=(const MeasuredSpan&) = delete;

  // Takes down `completions` more. Returns true if they lie within the span.
  bool Add(std::uint64_t completions);

  // True when there is nothing more to measure.
  bool ended() const { return ended_.load(std::memory_order_relaxed); }

  // All completions so far, those outside the span too.
  std::uint64_t total() const;

  // Completions within the span, its length, and one divided by the other; 0 before the end.
  std::uint64_t completions() const;
  double seconds() const;
  double per_second() const;

 private:
  using Clock = std::chrono::steady_clock;

  const std::uint64_t warm_up_;
  const std::uint64_t count_;
  std::atomic<bool> ended_{false};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t total_ = 0;
  bool started_ = false;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  Clock::time_point start_;
  Clock::time_point end_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MEASURED_SPAN_H_
