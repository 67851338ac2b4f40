#ifndef DINO_BENCH_BASE_SCHEDULE_H_
#define DINO_BENCH_BASE_SCHEDULE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace dino::bench {

// One call that is due.
struct DueCall {
  // Since the start of the load.
  std::chrono::nanoseconds when{};
  std::size_t caller = 0;
};

// When calls start, regardless of earlier ones. Not thread-safe.
class Schedule {
 public:
  virtual ~Schedule() = default;

  // The next call, never before the previous one; nothing at the end.
  virtual std::optional<DueCall> Next() = 0;
};

// Evenly spaced calls, of `callers` in turn.
class FixedRate final : public Schedule {
 public:
  // REQUIRES: per_second > 0, callers > 0.
  FixedRate(double per_second, std::size_t callers, std::chrono::nanoseconds duration);

  std::optional<DueCall> Next() override;

 private:
  const double per_second_;
  const std::size_t callers_;
  const std::chrono::nanoseconds duration_;
  std::uint64_t count_ = 0;
};

// Calls of `callers` that each pause for one to two seconds between calls, at random but the same
// for the same `seed`.
class SparseCalls final : public Schedule {
 public:
  SparseCalls(std::size_t callers, std::chrono::nanoseconds duration, std::uint32_t seed);

  std::optional<DueCall> Next() override;

 private:
  using Due = std::pair<std::chrono::nanoseconds, std::size_t>;

  std::chrono::nanoseconds Pause();

  const std::chrono::nanoseconds duration_;
  std::mt19937 random_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_SCHEDULE_H_
