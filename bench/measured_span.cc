#include "bench/measured_span.h"

namespace dino::bench {

MeasuredSpan::MeasuredSpan(std::uint64_t warm_up, std::uint64_t count)
    : warm_up_(warm_up), count_(count) {}

bool MeasuredSpan::Add(std::uint64_t completions) {
  if (completions == 0) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  total_ += completions;
  if (ended_.load(std::memory_order_relaxed)) return false;
  if (!started_) {
    if (total_ < warm_up_) return false;
    started_ = true;
    first_ = total_;
    start_ = Clock::now();
    return false;
  }
  if (total_ - first_ >= count_) {
    last_ = total_;
    end_ = Clock::now();
    ended_.store(true, std::memory_order_relaxed);
  }
  return true;
}

std::uint64_t MeasuredSpan::total() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return total_;
}

std::uint64_t MeasuredSpan::completions() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended() ? last_ - first_ : 0;
}

double MeasuredSpan::seconds() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended() ? std::chrono::duration<double>(end_ - start_).count() : 0;
}

double MeasuredSpan::per_second() const {
  const double length = seconds();
  return length > 0 ? static_cast<double>(completions()) / length : 0;
}

}  // namespace dino::bench
