#ifndef DINO_TESTS_SUPPORT_PROCESS_PROCESS_USAGE_H_
#define DINO_TESTS_SUPPORT_PROCESS_PROCESS_USAGE_H_

#include <sys/types.h>

#include <cstddef>

namespace dino::testing {

// The resources of a process. All 0 if there is no such process.
struct ProcessUsage {
  std::size_t resident_kib = 0;
  std::size_t file_descriptors = 0;
  std::size_t threads = 0;
};

ProcessUsage UsageOf(pid_t pid);

// True if `after` is at most a tenth above `before`.
bool IsBack(const ProcessUsage& before, const ProcessUsage& after);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_PROCESS_USAGE_H_
