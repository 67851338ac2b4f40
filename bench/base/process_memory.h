#ifndef DINO_BENCH_BASE_PROCESS_MEMORY_H_
#define DINO_BENCH_BASE_PROCESS_MEMORY_H_

#include <sys/types.h>

#include <cstdint>

namespace dino::bench {

// The resident memory of a process that belongs to no file, in bytes; 0 if there is no such
// process.
std::uint64_t AnonymousMemory(pid_t process);

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_PROCESS_MEMORY_H_
