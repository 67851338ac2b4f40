#include "tests/support/mqtt/shaped_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dino::testing {
namespace {

// With a limit, so many times a second some bytes are written.
constexpr std::size_t kPortionsPerSecond = 20;

}  // namespace

void ShapedStream::Push(std::string bytes, const Shape& shape, Clock::time_point now) {
  if (bytes.empty()) return;
  Clock::time_point due = now + shape.delay;
  if (shape.jitter > Clock::duration::zero()) {
    using Count = Clock::duration::rep;
    std::uniform_int_distribution<Count> jitter(-shape.jitter.count(), shape.jitter.count());
    due += Clock::duration(jitter(random_));
  }
  if (!pieces_.empty()) due = std::max(due, pieces_.back().due);
  size_ += bytes.size();
  pieces_.push_back({std::move(bytes), due});
}

std::string_view ShapedStream::Ready(const Shape& shape, Clock::time_point now) const {
  if (shape.hold || pieces_.empty() || now < pieces_.front().due) return {};
  std::string_view ready = std::string_view(pieces_.front().bytes).substr(written_);
  if (shape.bytes_per_second > 0) {
    if (now < paused_until_) return {};
    ready = ready.substr(0, std::max<std::size_t>(shape.bytes_per_second / kPortionsPerSecond, 1));
  }
  return shape.one_byte_at_a_time ? ready.substr(0, 1) : ready;
}

void ShapedStream::Written(std::size_t count, const Shape& shape, Clock::time_point now) {
  size_ -= count;
  written_ += count;
  if (written_ == pieces_.front().bytes.size()) {
    pieces_.pop_front();
    written_ = 0;
  }
  if (shape.bytes_per_second == 0) return;
  const std::chrono::duration<double> pause(static_cast<double>(count) /
                                            static_cast<double>(shape.bytes_per_second));
  paused_until_ = now + std::chrono::duration_cast<Clock::duration>(pause);
}

std::optional<Clock::time_point> ShapedStream::NextTime(const Shape& shape) const {
  if (shape.hold || pieces_.empty()) return std::nullopt;
  if (shape.bytes_per_second == 0) return pieces_.front().due;
  return std::max(pieces_.front().due, paused_until_);
}

}  // namespace dino::testing
