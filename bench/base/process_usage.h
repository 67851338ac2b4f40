#ifndef DINO_BENCH_BASE_PROCESS_USAGE_H_
#define DINO_BENCH_BASE_PROCESS_USAGE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace dino::bench {

// The anonymous resident memory of a process, in bytes; 0 if there is no such process.
std::uint64_t AnonymousMemory(pid_t process);

// The processor time that all threads of a process have used so far, in user and kernel mode.
// 0 if there is no such process.
std::chrono::nanoseconds ProcessorTime(pid_t process);

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_PROCESS_USAGE_H_
