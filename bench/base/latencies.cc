#include "bench/base/latencies.h"

#include <algorithm>
#include <cmath>

namespace dino::bench {

void Latencies::Add(std::chrono::nanoseconds latency) {
  values_.push_back(latency);
  sorted_ = false;
}

void Latencies::Add(const Latencies& others) {
  values_.insert(values_.end(), others.values_.begin(), others.values_.end());
  sorted_ = false;
}

std::chrono::nanoseconds Latencies::Quantile(double quantile) const {
  if (values_.empty()) return {};
  if (!sorted_) {
    std::sort(values_.begin(), values_.end());
    sorted_ = true;
  }
  const double rank = std::ceil(quantile * static_cast<double>(values_.size()));
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return values_.at(std::min(index, values_.size() - 1));
}

}  // namespace dino::bench
