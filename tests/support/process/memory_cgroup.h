#ifndef DINO_TESTS_SUPPORT_PROCESS_MEMORY_CGROUP_H_
#define DINO_TESTS_SUPPORT_PROCESS_MEMORY_CGROUP_H_

#include <sys/types.h>

#include <cstddef>
#include <filesystem>

namespace dino::testing {

// A control group with a memory limit, above which the system kills what is in it. Of version 2 if
// that controls memory here, else of version 1. Needs to be root; a test fails where it cannot be
// made.
class MemoryCgroup {
 public:
  explicit MemoryCgroup(std::size_t limit);
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;
  // REQUIRES: its processes have ended.
  ~MemoryCgroup();

  // What the process allocates from now on counts to the group.
  void Add(pid_t pid) const;

  // The most that was in use at a time.
  std::size_t peak() const;

 private:
  std::filesystem::path group_;
  bool is_version_2_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_MEMORY_CGROUP_H_
