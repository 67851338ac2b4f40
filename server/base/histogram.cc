#include "server/base/histogram.h"

#include <limits>
#include <numeric>

namespace dino {

void Histogram::Tally::Move(std::uint64_t value) {
  Flush();
  count_ = 0;
  sum_ = 0;
  const std::vector<std::uint64_t>& bounds = histogram_.bounds_;
  place_ = histogram_.PlaceOf(value);
  above_ = place_ == 0 ? 0 : bounds[place_ - 1];
  upto_ = place_ == bounds.size() ? std::numeric_limits<std::uint64_t>::max() : bounds[place_];
}

Histogram::Reading Histogram::Read() const {
  Reading reading;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) reading.counts.push_back(counters_.Get(i));
  reading.sum = counters_.Get(bounds_.size() + 1);
  return reading;
}

std::optional<double> Quantile(const std::vector<std::uint64_t>& bounds,
                               const std::vector<std::uint64_t>& counts, double q) {
  const std::uint64_t all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (all == 0) return std::nullopt;
  const double rank = q * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto count = static_cast<double>(counts[i]);
    if (count > 0 && below + count >= rank) {
      const double from = i == 0 ? 0 : static_cast<double>(bounds[i - 1]);
      return from + (static_cast<double>(bounds[i]) - from) * (rank - below) / count;
    }
    below += count;
  }
  return static_cast<double>(bounds.back());
}

std::vector<std::uint64_t> LatencyBounds() {
  constexpr std::uint64_t kMicrosecond = 1000;
  std::vector<std::uint64_t> bounds;
  for (std::uint64_t decade = 100 * kMicrosecond; decade < 10'000'000 * kMicrosecond;
       decade *= 10) {
    for (const std::uint64_t tenths : {10, 25, 50}) bounds.push_back(decade / 10 * tenths);
  }
  bounds.push_back(10'000'000 * kMicrosecond);
  bounds.push_back(30'000'000 * kMicrosecond);
  return bounds;
}

}  // namespace dino
