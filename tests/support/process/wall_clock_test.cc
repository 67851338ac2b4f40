#include "tests/support/process/wall_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t kHour = 3600;
// How long a line may take to arrive from a program.
constexpr std::int64_t kTolerance = 60;

std::int64_t Now() {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

// The time seen by a program started now.
std::int64_t TimeOf(const WallClock& clock) {
  Subprocess date({"date", "+%s"}, clock.environment());
  const auto line = date.NextLine(Subprocess::Output::kStdout, Clock::now() + kPatience);
  return std::stoll(line.value_or("0"));
}

TEST(WallClockTest, IsRightAtFirst) {
  const WallClock clock;
  EXPECT_NEAR(TimeOf(clock), Now(), kTolerance);
}

TEST(WallClockTest, GoesForwardAndBack) {
  WallClock clock;
  clock.Jump(hours(1));
  EXPECT_NEAR(TimeOf(clock), Now() + kHour, kTolerance);
  clock.Jump(-hours(2));
  EXPECT_NEAR(TimeOf(clock), Now() - kHour, kTolerance);
}

TEST(WallClockTest, JumpsForARunningProcess) {
  WallClock clock;
  // bash reads the clock itself, and again for each line.
  Subprocess process({"bash", "-c", "while :; do printf '%(%s)T\\n' -1; sleep 0.01; done"},
                     clock.environment());
  const auto next = [&process] {
    return std::stoll(
        process.NextLine(Subprocess::Output::kStdout, Clock::now() + kPatience).value_or("0"));
  };
  EXPECT_NEAR(next(), Now(), kTolerance);
  clock.Jump(hours(1));
  process.WaitForLine(Subprocess::Output::kStdout, [](std::string_view line) {
    return std::stoll(std::string(line)) > Now() + kHour - kTolerance;
  });
}

}  // namespace
}  // namespace dino::testing
