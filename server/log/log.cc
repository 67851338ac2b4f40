#include "server/log/log.h"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/clock.h"

namespace dino::log {
namespace {

using SystemClock = std::chrono::system_clock;

// Lines that may wait; about half a kilobyte each is reserved at start.
constexpr std::size_t kQueueLines = 4096;
constexpr std::chrono::seconds kStopTimeout(1);
constexpr int kPollMilliseconds = 50;
// A pipe that poll() calls writable takes this much without blocking.
constexpr std::size_t kPieceBytes = 4096;

// Writes formatted lines to a descriptor, waiting for a slow reader until told to hurry.
//
// `Hurry` may be called from any thread, the rest belongs to the log's thread.
class DescriptorSink : public spdlog::sinks::sink {
 public:
  DescriptorSink(Format format, int descriptor) : format_(format), descriptor_(descriptor) {}

  // Where to ask how many lines were dropped. Must be set before the first line.
  void CountDropsOf(spdlog::details::thread_pool* pool) { pool_ = pool; }

  // From `deadline` on, lines that would have to wait are dropped.
  void Hurry(Clock::time_point deadline) {
    give_up_at_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
  }

  void log(const spdlog::details::log_msg& message) override {
    WriteText(std::string_view(message.payload.data(), message.payload.size()));
    const std::size_t dropped = pool_->overrun_counter();
    if (dropped == reported_drops_) return;
    WriteText(FormatRecord(format_, SystemClock::now(), Level::kWarning, "log lines dropped",
                           {{"count", dropped - reported_drops_}}));
    reported_drops_ = dropped;
  }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  void WriteText(std::string_view text) {
    while (!text.empty() && WaitUntilWritable()) {
      const ssize_t written = ::write(descriptor_, text.data(), std::min(text.size(), kPieceBytes));
      if (written > 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
      } else if (written < 0 && errno != EINTR && errno != EAGAIN) {
        return;
      }
    }
  }

  bool WaitUntilWritable() {
    for (;;) {
      const bool hurry =
          Clock::now().time_since_epoch().count() >= give_up_at_.load(std::memory_order_relaxed);
      pollfd target{descriptor_, POLLOUT, 0};
      if (::poll(&target, 1, hurry ? 0 : kPollMilliseconds) > 0) return true;
      if (hurry) return false;
    }
  }

  const Format format_;
  const int descriptor_;
  spdlog::details::thread_pool* pool_ = nullptr;
  std::size_t reported_drops_ = 0;
  std::atomic<Clock::rep> give_up_at_{Clock::time_point::max().time_since_epoch().count()};
};

// A started log: a bounded queue and the thread that empties it into a descriptor.
// Destroying it writes out what is queued.
class Queue {
 public:
  Queue(Format format, int descriptor)
      : format_(format),
        sink_(std::make_shared<DescriptorSink>(format, descriptor)),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "dino", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    sink_->CountDropsOf(pool_.get());
    logger_->set_level(spdlog::level::trace);
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { sink_->Hurry(Clock::now() + kStopTimeout); }

  Format format() const { return format_; }

  // Thread-safe; never blocks.
  void Push(const std::string& line) {
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  const Format format_;
  const std::shared_ptr<DescriptorSink> sink_;
  // Its destructor waits for the thread, which uses the sink.
  const std::shared_ptr<spdlog::details::thread_pool> pool_;
  const std::shared_ptr<spdlog::async_logger> logger_;
};

std::atomic<Level> threshold{Level::kInfo};
// Writers share it: they only read `queue`, and never wait for the log's thread.
std::shared_mutex queue_mutex;
std::unique_ptr<Queue> queue;  // Guarded by queue_mutex.

void WriteDirectly(const std::string& line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (written < 0 && errno != EINTR) return;
    done += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
  }
}

}  // namespace

void Start(Level level, Format format, int descriptor) {
  const std::unique_lock lock(queue_mutex);
  if (queue != nullptr) return;
  queue = std::make_unique<Queue>(format, descriptor);
  threshold.store(level, std::memory_order_relaxed);
}

void Stop() {
  std::unique_ptr<Queue> stopped;
  {
    const std::unique_lock lock(queue_mutex);
    stopped = std::move(queue);
  }
  stopped.reset();
}

bool Enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }

void Write(Level level, std::string_view message, absl::Span<const Field> fields) {
  if (Enabled(level)) WriteAlways(level, message, fields);
}

void WriteAlways(Level level, std::string_view message, absl::Span<const Field> fields) {
  const SystemClock::time_point now = SystemClock::now();
  {
    const std::shared_lock lock(queue_mutex);
    if (queue != nullptr) {
      queue->Push(FormatRecord(queue->format(), now, level, message, fields));
      return;
    }
  }
  WriteDirectly(FormatRecord(Format::kText, now, level, message, fields));
}

}  // namespace dino::log
