#include "bench/base/measured_span.h"

#include "bench/base/process_usage.h"

namespace dino::bench {

bool MeasuredSpan::Add(std::uint64_t completions, Clock::time_point now) {
  if (completions == 0) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  total_ += completions;
  if (ended_.load(std::memory_order_relaxed)) return false;
  if (!begun_) {
    begun_ = true;
    begin_ = now;
  }
  if (!started_) {
    if (now - begin_ < options_.warm_up || total_ < options_.least_warm_up) return false;
    started_ = true;
    first_ = total_;
    start_ = now;
    processor_time_ = ProcessorTime(options_.process);
    if (options_.on_start) options_.on_start();
    return false;
  }
  if (now - start_ >= options_.duration && total_ - first_ >= options_.least_completions) {
    last_ = total_;
    end_ = now;
    processor_time_ = ProcessorTime(options_.process) - processor_time_;
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

double MeasuredSpan::processor_microseconds() const {
  const auto count = static_cast<double>(completions());
  const std::lock_guard<std::mutex> lock(mutex_);
  if (count == 0) return 0;
  return std::chrono::duration<double, std::micro>(processor_time_).count() / count;
}

}  // namespace dino::bench
