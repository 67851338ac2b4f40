#ifndef DINO_SERVER_MEMORY_MEMORY_LIMIT_H_
#define DINO_SERVER_MEMORY_MEMORY_LIMIT_H_

#include <cstddef>
#include <filesystem>
#include <optional>

namespace dino::memory {

// Where the system tells of control groups (version 2).
struct CgroupFiles {
  // Which group the process is in.
  std::filesystem::path membership = "/proc/self/cgroup";
  std::filesystem::path root = "/sys/fs/cgroup";
};

// The bytes of memory beyond which the system ends the process: the smallest limit of its control
// group and those above, as a container has one. None if there is no limit, or none to be found.
std::optional<std::size_t> MemoryLimit(const CgroupFiles& files = {});

}  // namespace dino::memory

#endif  // DINO_SERVER_MEMORY_MEMORY_LIMIT_H_
