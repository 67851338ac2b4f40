#ifndef DINO_SERVER_BASE_COUNTERS_H_
#define DINO_SERVER_BASE_COUNTERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace dino {

// False only in the build that measures the cost of counting (bench/run.sh metrics).
#ifdef DINO_NO_METRICS
inline constexpr bool kCounting = false;
#else
inline constexpr bool kCounting = true;
#endif

// Counters that only grow, incremented on hot paths and read now and then. Thread-safe.
//
// Threads count in separate places, so that they do not contend for a cache line.
class Counters {
 public:
  // All start at 0.
  explicit Counters(std::size_t size);

  // REQUIRES: index < size.
  void Add(std::size_t index, std::uint64_t amount = 1) {
    if (!kCounting) return;
    cells_[PlaceOfThread() * stride_ + index].fetch_add(amount, std::memory_order_relaxed);
  }

  // The count so far. Two that are incremented together may be read a moment apart.
  std::uint64_t Get(std::size_t index) const;

 private:
  static constexpr std::size_t kPlaces = 8;

  static std::size_t PlaceOfThread() {
    thread_local const std::size_t place = NextPlace();
    return place;
  }
  static std::size_t NextPlace();

  const std::size_t stride_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> cells_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_COUNTERS_H_
