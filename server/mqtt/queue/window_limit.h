#ifndef DINO_SERVER_MQTT_QUEUE_WINDOW_LIMIT_H_
#define DINO_SERVER_MQTT_QUEUE_WINDOW_LIMIT_H_

#include <algorithm>
#include <cstddef>

namespace dino::mqtt {

// How much of its window a session uses. Some brokers stop reading for good when too much comes
// at once, and say nothing: after such a silence the session uses half of what it used, and
// doubles it again as answers come. Not thread-safe.
class WindowLimit {
 public:
  // REQUIRES: most > 0.
  explicit WindowLimit(std::size_t most) : most_(most), limit_(most) {}

  std::size_t limit() const { return limit_; }

  void Halve() {
    limit_ = std::max(std::min(most_, kLeast), limit_ / 2);
    answers_ = 0;
  }

  // So many answers came. True if the limit has grown.
  bool Answered(std::size_t count) {
    if (limit_ == most_) return false;
    answers_ += count;
    if (answers_ < kWindowsToGrow * limit_) return false;
    answers_ = 0;
    limit_ = std::min(most_, 2 * limit_);
    return true;
  }

 private:
  // With fewer, a topic whose answer is late would hold up the others.
  static constexpr std::size_t kLeast = 4;
  // How many full windows must be answered before the limit grows.
  static constexpr std::size_t kWindowsToGrow = 16;

  const std::size_t most_;
  std::size_t limit_;
  std::size_t answers_ = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_WINDOW_LIMIT_H_
