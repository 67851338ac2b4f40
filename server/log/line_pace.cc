#include "server/log/line_pace.h"

#include <chrono>

namespace dino::log {

bool LinePace::Take(std::uint32_t lines_a_second, Clock::time_point now) {
  const Clock::rep ticks = now.time_since_epoch().count();
  constexpr Clock::rep kSecond = Clock::duration(std::chrono::seconds(1)).count();
  Clock::rep began = began_.load(std::memory_order_relaxed);
  // Who wins opens the next second; a few of the others' lines may count for the one before.
  if (ticks >= kSecond + began &&
      began_.compare_exchange_strong(began, ticks, std::memory_order_relaxed)) {
    taken_.store(0, std::memory_order_relaxed);
  }
  return taken_.load(std::memory_order_relaxed) < lines_a_second &&
         taken_.fetch_add(1, std::memory_order_relaxed) < lines_a_second;
}

std::optional<std::uint64_t> LinePace::TakeOne(Clock::time_point now) {
  if (Take(1, now)) return held_back_.exchange(0, std::memory_order_relaxed);
  held_back_.fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

}  // namespace dino::log
