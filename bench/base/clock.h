#ifndef DINO_BENCH_BASE_CLOCK_H_
#define DINO_BENCH_BASE_CLOCK_H_

#include <chrono>

namespace dino::bench {

using Clock = std::chrono::steady_clock;

}  // namespace dino::bench

#endif  // DINO_BENCH_BASE_CLOCK_H_
