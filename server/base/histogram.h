#ifndef DINO_SERVER_BASE_HISTOGRAM_H_
#define DINO_SERVER_BASE_HISTOGRAM_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/base/counters.h"

namespace dino {

// Counts values by bucket, and sums them. Thread-safe, and as cheap as `Counters`.
class Histogram {
 public:
  struct Reading {
    // One for each bound, with the values above the previous bound and up to this one, and one for
    // values above all bounds.
    std::vector<std::uint64_t> counts;
    std::uint64_t sum = 0;
  };

  // `bounds` must ascend.
  explicit Histogram(std::vector<std::uint64_t> bounds)
      : bounds_(std::move(bounds)), counters_(bounds_.size() + 2) {}

  void Observe(std::uint64_t value) {
    counters_.Add(PlaceOf(value));
    counters_.Add(bounds_.size() + 1, value);
  }

  // The same for a time, in nanoseconds; a negative one counts as 0.
  void Observe(std::chrono::nanoseconds time) {
    Observe(static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
  }

  // Counts times that come together, as when many PUBACKs are read at once: a run in the same
  // bucket costs next to nothing. The destructor counts the last run. Belongs to one thread; the
  // histogram must outlive it.
  class Tally {
   public:
    explicit Tally(Histogram& histogram) : histogram_(histogram) {}
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    ~Tally() { Flush(); }

    void Observe(std::chrono::nanoseconds time) {
      const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
      if (count_ == 0 || value <= above_ || value > upto_) Move(value);
      ++count_;
      sum_ += value;
    }

   private:
    void Flush() {
      if (count_ == 0) return;
      histogram_.counters_.Add(place_, count_);
      histogram_.counters_.Add(histogram_.bounds_.size() + 1, sum_);
    }
    // Moves to the bucket of `value`.
    void Move(std::uint64_t value);

    Histogram& histogram_;
    // The current bucket: values above `above_` and up to `upto_`.
    std::size_t place_ = 0;
    std::uint64_t above_ = 0;
    std::uint64_t upto_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
  };

  const std::vector<std::uint64_t>& bounds() const { return bounds_; }
  Reading Read() const;

 private:
  std::size_t PlaceOf(std::uint64_t value) const {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    return static_cast<std::size_t>(bound - bounds_.begin());
  }

  const std::vector<std::uint64_t> bounds_;
  // One for each bucket; the last one is the sum.
  Counters counters_;
};

// The quantile `q` of the values, interpolated linearly within a bucket and never above the last
// bound. None if there are no values. `counts` are as in `Histogram::Reading`.
std::optional<double> Quantile(const std::vector<std::uint64_t>& bounds,
                               const std::vector<std::uint64_t>& counts, double q);

// Bounds for network latencies, in nanoseconds: 100 µs to 30 s.
std::vector<std::uint64_t> LatencyBounds();

}  // namespace dino

#endif  // DINO_SERVER_BASE_HISTOGRAM_H_
