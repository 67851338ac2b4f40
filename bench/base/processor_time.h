#ifndef DINO_BENCH_BASE_PROCESSOR_TIME_H_
#define DINO_BENCH_BASE_PROCESSOR_TIME_H_

#include <sys/types.h>

#include <chrono>

namespace dino::bench {

// The processor time that all threads of a process have used so far, in user and kernel mode.
// 0 if there is no such process.
std::chrono::nanoseconds ProcessorTime(pid_t process);

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_PROCESSOR_TIME_H_
