#ifndef DINO_TESTS_SUPPORT_PROCESS_WALL_CLOCK_H_
#define DINO_TESTS_SUPPORT_PROCESS_WALL_CLOCK_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process/temporary_directory.h"

namespace dino::testing {

// The wall clock of processes started with `environment()`: a test can set it while they run. Their
// monotonic clock is unaffected.
//
// Works for programs linked with a shared C library, through wall_clock_shim.cc. Not thread-safe.
class WallClock {
 public:
  WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

  // `NAME=value` of each variable.
  std::vector<std::string> environment() const;

  // Moves it forward, or back.
  void Jump(std::chrono::seconds by);

 private:
  void Write() const;

  const TemporaryDirectory directory_;
  const std::filesystem::path file_;
  std::chrono::nanoseconds offset_{0};
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_WALL_CLOCK_H_
