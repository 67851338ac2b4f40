#ifndef DINO_SERVER_MEMORY_MEMORY_LIMIT_H_
#define DINO_SERVER_MEMORY_MEMORY_LIMIT_H_

#include <cstddef>
#include <filesystem>
#include <optional>

namespace dino::memory {

// Where the system describes control groups, of version 2 or 1.
struct CgroupFiles {
  // Names the groups of the process.
  std::filesystem::path membership = "/proc/self/cgroup";
  std::filesystem::path root = "/sys/fs/cgroup";
};

// The memory limit in bytes above which the system kills the process: the smallest limit of its
// control group and the groups above. None if there is none, or it cannot be read.
std::optional<std::size_t> MemoryLimit(const CgroupFiles& files = {});

}  // namespace dino::memory

#endif  // DINO_SERVER_MEMORY_MEMORY_LIMIT_H_
