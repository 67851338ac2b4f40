#include "tests/support/process/line_queue.h"

#include <utility>

namespace dino::testing {

void LineQueue::Append(std::string_view bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t end = bytes.find('\n');
  while (end != std::string_view::npos) {
    unfinished_.append(bytes.substr(0, end));
    lines_.push_back(std::exchange(unfinished_, {}));
    bytes.remove_prefix(end + 1);
    end = bytes.find('\n');
  }
  unfinished_.append(bytes);
  changed_.notify_all();
}

void LineQueue::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!unfinished_.empty()) lines_.push_back(std::exchange(unfinished_, {}));
  closed_ = true;
  changed_.notify_all();
}

std::optional<std::string> LineQueue::Next(Clock::time_point deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return closed_ || !lines_.empty(); });
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

}  // namespace dino::testing
