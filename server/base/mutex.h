#ifndef DINO_SERVER_BASE_MUTEX_H_
#define DINO_SERVER_BASE_MUTEX_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace dino {

// A std::mutex that clang's thread safety analysis understands. (Debian's absl::Mutex is
// built without ThreadSanitizer's annotations and gives false reports.)
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a mutex for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : lock_(mutex.mutex_) {}
  // Not defaulted: the attribute needs a body.
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}  // NOLINT(modernize-use-equals-default)
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // For waiting on a std::condition_variable.
  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_MUTEX_H_
