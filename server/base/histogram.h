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

// How many values lie between which bounds, and their sum. Thread-safe, and as cheap as `Counters`.
class Histogram {
 public:
  struct Reading {
    // One for each bound, of the values above the bound before and up to this one, and one for
    // those above all bounds.
    std::vector<std::uint64_t> counts;
    std::uint64_t sum = 0;
  };

  // `bounds` grow.
  explicit Histogram(std::vector<std::uint64_t> bounds)
      : bounds_(std::move(bounds)), counters_(bounds_.size() + 2) {}

  void Observe(std::uint64_t value) {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    counters_.Add(static_cast<std::size_t>(bound - bounds_.begin()));
    counters_.Add(bounds_.size() + 1, value);
  }

  // The same for a time, in nanoseconds; one below 0 counts as 0.
  void Observe(std::chrono::nanoseconds time) {
    Observe(static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
  }

  const std::vector<std::uint64_t>& bounds() const { return bounds_; }
  Reading Read() const;

 private:
  const std::vector<std::uint64_t> bounds_;
  // By place among the bounds; the last one is the sum.
  Counters counters_;
};

// The value that a share `q` of the values lies below, as far as their bounds tell: evenly spread
// between two bounds, and never above the last one. None if there are no values. `counts` are as in
// `Histogram::Reading`.
std::optional<double> Quantile(const std::vector<std::uint64_t>& bounds,
                               const std::vector<std::uint64_t>& counts, double q);

// Bounds for what a network answers, in nanoseconds: 100 µs to 30 s.
std::vector<std::uint64_t> LatencyBounds();

}  // namespace dino

#endif  // DINO_SERVER_BASE_HISTOGRAM_H_
