#ifndef DINO_SERVER_BASE_CLOCK_H_
#define DINO_SERVER_BASE_CLOCK_H_

#include <chrono>

namespace dino {

// The clock of all waits, deadlines and measurements; it never jumps.
using Clock = std::chrono::steady_clock;

}  // namespace dino

#endif  // DINO_SERVER_BASE_CLOCK_H_
