#ifndef DINO_SERVER_BASE_COUNTERS_H_
#define DINO_SERVER_BASE_COUNTERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace dino {

// Whether anything is counted: only a build that shows what counting costs does not
// (bench/run.sh metrics).
#ifdef DINO_NO_METRICS
inline constexpr bool kCounting = false;
#else
inline constexpr bool kCounting = true;
#endif

// Some numbers that only grow: counted up on hot paths, read now and then. Thread-safe.
//
// Threads count in places of their own, so that they do not take a cache line from each other.
class Counters {
 public:
  // They are all 0.
  explicit Counters(std::size_t size);

  // REQUIRES: index < size.
  void Add(std::size_t index, std::uint64_t amount = 1) {
    if (!kCounting) return;
    cells_[PlaceOfThread() * stride_ + index].fetch_add(amount, std::memory_order_relaxed);
  }

  // What was counted so far. Two numbers that are counted together may be read a moment apart.
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
