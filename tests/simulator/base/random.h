#ifndef DINO_TESTS_SIMULATOR_BASE_RANDOM_H_
#define DINO_TESTS_SIMULATOR_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/base/clock.h"

namespace dino::simulator {

// Numbers that depend on a seed alone, on every machine (SplitMix64). Whoever draws has one of its
// own, made of the seed and its name, so that leaving one thing out of a run changes little else.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t name = 0, std::uint64_t index = 0)
      : state_(Mix(seed * 0x9E3779B97F4A7C15U + name * 0xD1B54A32D192ED03U + index + 1)) {}

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15U;
    return Mix(state_);
  }

  // REQUIRES: bound > 0.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  // Both ends included.
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool Chance(int percent) { return Below(100) < static_cast<std::uint64_t>(percent); }
  Clock::duration Within(Clock::duration low, Clock::duration high) {
    return low + Clock::duration(Below(static_cast<std::uint64_t>((high - low).count()) + 1));
  }

  template <typename Item>
  const Item& Pick(const std::vector<Item>& items) {
    return items[Below(items.size())];
  }
  template <typename Item>
  void Shuffle(std::vector<Item>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
  }

 private:
  static std::uint64_t Mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BASE_RANDOM_H_
