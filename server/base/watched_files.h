#ifndef DINO_SERVER_BASE_WATCHED_FILES_H_
#define DINO_SERVER_BASE_WATCHED_FILES_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/base/text_file.h"
#include "server/base/timer.h"

namespace dino {

// The value of some files as of when all of them were last valid. A thread of this object rereads
// them soon after one changes; invalid files change nothing. Thread-safe.
template <typename Value>
class WatchedFiles {
 public:
  // How often the files are checked for changes.
  static constexpr std::chrono::milliseconds kInterval{1000};

  // Reads all files. Never called concurrently.
  using ReadFunction = std::function<absl::StatusOr<std::shared_ptr<const Value>>()>;
  // Called on that thread with the reason why changed files could not be read, once per change.
  using ErrorFunction = std::function<void(const absl::Status&)>;

  // An empty path means no file.
  WatchedFiles(std::vector<std::string> paths, ReadFunction read)
      : paths_(std::move(paths)), read_(std::move(read)) {}
  WatchedFiles(const WatchedFiles&) = delete;
  WatchedFiles& operator=(const WatchedFiles&) = delete;

  // Reads the files and starts watching them. Call once. Fails if they cannot be read.
  // `thread_name` has at most 15 bytes.
  absl::Status Start(const char* thread_name, ErrorFunction on_error) {
    absl::Status started = Refresh();
    if (!started.ok()) return started;
    watch_.emplace(thread_name, Clock::now() + kInterval, [this, on_error = std::move(on_error)] {
      const absl::Status status = Refresh();
      if (!status.ok()) on_error(status);
      return Clock::now() + kInterval;
    });
    return absl::OkStatus();
  }

  // Rereads the files now if one has changed.
  absl::Status Refresh() {
    const MutexLock files_lock(files_mutex_);
    const Stamps stamps = StampFiles();
    if (stamps == stamps_) return absl::OkStatus();
    stamps_ = stamps;
    absl::StatusOr<std::shared_ptr<const Value>> value = read_();
    const bool changed_meanwhile = StampFiles() != stamps;
    // The read may have mixed old and new files: try again next time.
    if (changed_meanwhile) stamps_.reset();
    if (!value.ok()) return value.status();
    if (changed_meanwhile) return absl::OkStatus();
    {
      const MutexLock lock(mutex_);
      value_.swap(*value);
    }
    generation_.fetch_add(1, std::memory_order_release);
    return absl::OkStatus();
  }

  // Null until the files were read.
  std::shared_ptr<const Value> value() const {
    const MutexLock lock(mutex_);
    return value_;
  }

  // Changes whenever the value does; 0 until there is one.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  using Stamps = std::vector<FileStamp>;

  Stamps StampFiles() const {
    Stamps stamps;
    stamps.reserve(paths_.size());
    for (const std::string& path : paths_) stamps.push_back(StampOf(path));
    return stamps;
  }

  const std::vector<std::string> paths_;
  const ReadFunction read_;
  std::atomic<std::uint64_t> generation_{0};

  Mutex files_mutex_;
  // Of the files last read, valid or not.
  std::optional<Stamps> stamps_ ABSL_GUARDED_BY(files_mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<const Value> value_ ABSL_GUARDED_BY(mutex_);

  // The last member: it uses the others.
  std::optional<Timer> watch_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_WATCHED_FILES_H_
