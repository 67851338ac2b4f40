#ifndef DINO_SERVER_TRACE_SPAN_QUEUE_H_
#define DINO_SERVER_TRACE_SPAN_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "server/base/mutex.h"
#include "server/trace/span.h"

namespace dino::trace {

// Spans that wait for their export. A span for which there is no room is dropped, so that nobody
// ever waits. Thread-safe.
class SpanQueue {
 public:
  explicit SpanQueue(std::size_t capacity) : capacity_(capacity) {}

  // Adds a span, or drops it. Returns how many there are now.
  std::size_t Add(Span span);
  // Takes those that have waited longest, at most so many.
  std::vector<Span> Take(std::size_t count);
  // How many were dropped.
  std::uint64_t dropped() const;

 private:
  const std::size_t capacity_;
  mutable Mutex mutex_;
  std::deque<Span> spans_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dino::trace

#endif  // DINO_SERVER_TRACE_SPAN_QUEUE_H_
