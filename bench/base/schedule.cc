#include "bench/base/schedule.h"

namespace dino::bench {

FixedRate::FixedRate(double per_second, std::size_t callers, std::chrono::nanoseconds duration)
    : per_second_(per_second), callers_(callers), duration_(duration) {}

std::optional<DueCall> FixedRate::Next() {
  // From the count, not the previous call: rounding must not accumulate.
  const std::chrono::duration<double> since(static_cast<double>(count_) / per_second_);
  const auto when = std::chrono::duration_cast<std::chrono::nanoseconds>(since);
  if (when >= duration_) return std::nullopt;
  return DueCall{when, static_cast<std::size_t>(count_++ % callers_)};
}

SparseCalls::SparseCalls(std::size_t callers, std::chrono::nanoseconds duration, std::uint32_t seed)
    : duration_(duration), random_(seed) {
  for (std::size_t i = 0; i < callers; ++i) due_.emplace(Pause(), i);
}

std::optional<DueCall> SparseCalls::Next() {
  if (due_.empty()) return std::nullopt;
  const auto [when, caller] = due_.top();
  if (when >= duration_) return std::nullopt;
  due_.pop();
  due_.emplace(when + Pause(), caller);
  return DueCall{when, caller};
}

std::chrono::nanoseconds SparseCalls::Pause() {
  std::uniform_int_distribution<std::int64_t> pause(1'000'000'000, 2'000'000'000);
  return std::chrono::nanoseconds(pause(random_));
}

}  // namespace dino::bench
