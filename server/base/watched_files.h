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
// them soon after one changes; invalid files change nothing, and are read again until they are
// valid: the cause may be elsewhere, a lack of file descriptors for example. Thread-safe.
template <typename Value>
class WatchedFiles {
 public:
  // How often the files are checked for changes.
  static constexpr std::chrono::milliseconds kInterval{1000};

  // Reads all files. Never called concurrently.
  using ReadFunction = std::function<absl::StatusOr<std::shared_ptr<const Value>>()>;
  // Called on that thread after each look: OK, or why the files cannot be read.
  using LookFunction = std::function<void(const absl::Status&)>;

  // An empty path means no file.
  WatchedFiles(std::vector<std::string> paths, ReadFunction read)
      : paths_(std::move(paths)), read_(std::move(read)) {}
  WatchedFiles(const WatchedFiles&) = delete;
  WatchedFiles& operator=(const WatchedFiles&) = delete;

  // Reads the files and starts watching them: there is a value from then on. Call once. Fails if
  // they cannot be read. `thread_name` has at most 15 bytes.
  absl::Status Start(const char* thread_name, LookFunction on_look) {
    absl::Status started = ReadFirst();
    if (!started.ok()) return started;
    watch_.emplace(thread_name, Clock::now() + kInterval, [this, on_look = std::move(on_look)] {
      Refresh().IgnoreError();
      on_look(state());
      return Clock::now() + kInterval;
    });
    return absl::OkStatus();
  }

  // Rereads the files now if one has changed. Fails if they cannot be read, once per change and
  // reason.
  absl::Status Refresh() {
    const MutexLock files_lock(files_mutex_);
    const Stamps stamps = StampFiles();
    if (stamps == stamps_) return absl::OkStatus();
    absl::StatusOr<std::shared_ptr<const Value>> value = read_();
    if (!value.ok()) return Reject(stamps, value.status());
    // Else the read may have mixed old and new files: try again next time.
    if (StampFiles() == stamps) Accept(stamps, *std::move(value));
    return absl::OkStatus();
  }

  // Null until the files were read.
  std::shared_ptr<const Value> value() const {
    const MutexLock lock(mutex_);
    return value_;
  }

  // Changes whenever the value does; 0 until there is one.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  // False while the files cannot be read: the value is an older one.
  bool current() const { return current_.load(std::memory_order_acquire); }

  // OK, or why the files cannot be read.
  absl::Status state() const {
    const MutexLock lock(files_mutex_);
    return rejected_.has_value() ? rejected_->second : absl::OkStatus();
  }

  // How many errors `Refresh` has returned, or the thread has noticed.
  std::uint64_t errors() const { return errors_.load(std::memory_order_acquire); }

 private:
  using Stamps = std::vector<FileStamp>;

  // How often files are read at the start that change meanwhile.
  static constexpr int kFirstReads = 10;

  absl::Status ReadFirst() {
    for (int i = 0; i < kFirstReads && value() == nullptr; ++i) {
      absl::Status read = Refresh();
      if (!read.ok()) return read;
    }
    if (value() != nullptr) return absl::OkStatus();
    // An error that was returned before.
    absl::Status why = state();
    if (!why.ok()) return why;
    std::string changing = "files change while they are read:";
    for (const std::string& path : paths_) {
      if (!path.empty()) changing.append(" ").append(path);
    }
    return absl::UnavailableError(changing);
  }

  Stamps StampFiles() const {
    Stamps stamps;
    stamps.reserve(paths_.size());
    for (const std::string& path : paths_) stamps.push_back(StampOf(path));
    return stamps;
  }

  void Accept(const Stamps& stamps, std::shared_ptr<const Value> value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(files_mutex_) {
    stamps_ = stamps;
    rejected_.reset();
    {
      const MutexLock lock(mutex_);
      value_.swap(value);
    }
    generation_.fetch_add(1, std::memory_order_release);
    current_.store(true, std::memory_order_release);
  }

  absl::Status Reject(const Stamps& stamps, const absl::Status& why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(files_mutex_) {
    stamps_.reset();
    current_.store(false, std::memory_order_release);
    auto rejected = std::pair(stamps, why);
    if (rejected_ == rejected) return absl::OkStatus();
    rejected_ = std::move(rejected);
    errors_.fetch_add(1, std::memory_order_release);
    return why;
  }

  const std::vector<std::string> paths_;
  const ReadFunction read_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<bool> current_{false};
  std::atomic<std::uint64_t> errors_{0};

  mutable Mutex files_mutex_;
  // Of the value's files, if they are still valid.
  std::optional<Stamps> stamps_ ABSL_GUARDED_BY(files_mutex_);
  // The last error, of which files it was.
  std::optional<std::pair<Stamps, absl::Status>> rejected_ ABSL_GUARDED_BY(files_mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<const Value> value_ ABSL_GUARDED_BY(mutex_);

  // The last member: it uses the others.
  std::optional<Timer> watch_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_WATCHED_FILES_H_
