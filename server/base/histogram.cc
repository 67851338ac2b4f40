#include "server/base/histogram.h"

namespace dino {

Histogram::Reading Histogram::Read() const {
  Reading reading;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) reading.counts.push_back(counters_.Get(i));
  reading.sum = counters_.Get(bounds_.size() + 1);
  return reading;
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
