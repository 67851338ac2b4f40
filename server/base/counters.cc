#include "server/base/counters.h"

namespace dino {
namespace {

// How many counters fit in a cache line.
constexpr std::size_t kLine = 8;

}  // namespace

// A whole line separates two places, however the first one is aligned.
Counters::Counters(std::size_t size)
    : stride_((size / kLine + 2) * kLine),
      cells_(std::make_unique<std::atomic<std::uint64_t>[]>(stride_ * kPlaces)) {}

std::uint64_t Counters::Get(std::size_t index) const {
  std::uint64_t sum = 0;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    sum += cells_[place * stride_ + index].load(std::memory_order_relaxed);
  }
  return sum;
}

std::size_t Counters::NextPlace() {
  static std::atomic<std::size_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed) % kPlaces;
}

}  // namespace dino
