#include "server/memory/memory_trimmer.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "server/log/log.h"

namespace dino::memory {
namespace {

// Less is not worth it: growth by a twentieth, and by this much.
constexpr std::size_t kLeastGrowth = 1048576;
constexpr std::size_t kLeastShare = 20;

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

OwnMemory OwnMemory::OfProcess() {
  return {ResidentBytes, [] { malloc_trim(0); }};
}

std::chrono::milliseconds TrimPolicy::Look(bool idle) {
  const std::size_t resident = memory_.resident();
  floor_ = std::min(floor_, resident);
  if (resident < floor_ + floor_ / kLeastShare + kLeastGrowth) {
    interval_ = MemoryTrimmer::kShortestInterval;
    trimmed_ = false;
    return interval_;
  }
  if (!idle) return MemoryTrimmer::kShortestInterval;
  memory_.trim();
  floor_ = memory_.resident();
  log::Debug("memory given back", {{"bytes_before", resident}, {"bytes", floor_}});
  // It was needed again soon after the last time.
  if (trimmed_) interval_ = std::min(2 * interval_, MemoryTrimmer::kLongestInterval);
  trimmed_ = true;
  return interval_;
}

MemoryTrimmer::MemoryTrimmer(const std::function<bool()>& idle)
    : repeater_("memory", [idle, policy = TrimPolicy(OwnMemory::OfProcess())]() mutable {
        return policy.Look(idle());
      }) {}

}  // namespace dino::memory
