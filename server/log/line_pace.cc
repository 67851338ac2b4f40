#include "server/log/line_pace.h"

namespace dino::log {

bool LinePace::Take(Clock::time_point now) {
  const Clock::rep ticks = now.time_since_epoch().count();
  Clock::rep last = last_.load(std::memory_order_relaxed);
  return ticks >= period_.count() + last &&
         last_.compare_exchange_strong(last, ticks, std::memory_order_relaxed);
}

std::optional<std::uint64_t> LinePace::TakeOne(Clock::time_point now) {
  if (Take(now)) return held_back_.exchange(0, std::memory_order_relaxed);
  held_back_.fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

}  // namespace dino::log
