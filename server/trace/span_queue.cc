#include "server/trace/span_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dino::trace {

std::size_t SpanQueue::Add(Span span) {
  const MutexLock lock(mutex_);
  if (spans_.size() < capacity_) {
    spans_.push_back(std::move(span));
  } else {
    ++dropped_;
  }
  return spans_.size();
}

std::vector<Span> SpanQueue::Take(std::size_t count) {
  const MutexLock lock(mutex_);
  const auto begin = spans_.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(count, spans_.size()));
  std::vector<Span> taken(std::make_move_iterator(begin), std::make_move_iterator(end));
  spans_.erase(begin, end);
  return taken;
}

std::uint64_t SpanQueue::dropped() const {
  const MutexLock lock(mutex_);
  return dropped_;
}

}  // namespace dino::trace
