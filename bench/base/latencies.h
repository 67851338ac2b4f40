#ifndef DINO_BENCH_BASE_LATENCIES_H_
#define DINO_BENCH_BASE_LATENCIES_H_

#include <chrono>
#include <cstddef>
#include <vector>

namespace dino::bench {

// A set of latencies. Not thread-safe.
class Latencies {
 public:
  void Add(std::chrono::nanoseconds latency);
  void Add(const Latencies& others);

  std::size_t count() const { return values_.size(); }

  // The lowest latency that the share `quantile` (above 0, at most 1) of all did not exceed: the
  // nearest rank, which is always a measured one. 0 if there are none.
  std::chrono::nanoseconds Quantile(double quantile) const;

 private:
  // Sorted by Quantile when needed.
  mutable std::vector<std::chrono::nanoseconds> values_;
  mutable bool sorted_ = true;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_LATENCIES_H_
