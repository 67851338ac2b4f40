#ifndef DINO_SERVER_MEMORY_MEMORY_TRIMMER_H_
#define DINO_SERVER_MEMORY_MEMORY_TRIMMER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

#include "server/base/repeater.h"

namespace dino::memory {

// The process's memory, or a test's.
struct OwnMemory {
  // The bytes that are resident; 0 if that cannot be told.
  std::function<std::size_t()> resident;
  // Gives what was freed back to the system.
  std::function<void()> trim;

  static OwnMemory OfProcess();
};

// Gives memory back to the system that a burst of work needed and freed.
//
// The C library keeps such memory for the threads that freed it, for ever. This looks now and
// then, on a thread of its own, whether much more is resident than after it gave back last. What
// is needed again soon after is given back ever less often.
class MemoryTrimmer {
 public:
  static constexpr std::chrono::milliseconds kShortestInterval{2000};
  static constexpr std::chrono::milliseconds kLongestInterval{64000};

  // `idle` says that no work is in progress that giving back would hold up.
  explicit MemoryTrimmer(const std::function<bool()>& idle);

 private:
  const Repeater repeater_;
};

// When a `MemoryTrimmer` looks, and what it does then. Not thread-safe.
class TrimPolicy {
 public:
  explicit TrimPolicy(OwnMemory memory) : memory_(std::move(memory)) {}

  // Gives memory back if it is worth it. Returns how long to wait before the next look.
  std::chrono::milliseconds Look(bool idle);

 private:
  const OwnMemory memory_;
  // What was resident when memory was given back last, or less.
  std::size_t floor_ = 0;
  bool trimmed_ = false;
  std::chrono::milliseconds interval_ = MemoryTrimmer::kShortestInterval;
};

}  // namespace dino::memory

#endif  // DINO_SERVER_MEMORY_MEMORY_TRIMMER_H_
