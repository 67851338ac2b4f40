#include "tests/support/process/wall_clock.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>

namespace dino::testing {

WallClock::WallClock() : file_(directory_.path() / "offset") {
  std::ofstream file(file_, std::ios::binary);
  file.close();
  Write();
}

std::vector<std::string> WallClock::environment() const {
  // The address sanitizer insists on being the first library unless told otherwise.
  const char* const given = std::getenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
  const std::string options = given == nullptr ? "" : std::string(given) + ":";
  return {"LD_PRELOAD=" DINO_WALL_CLOCK_SHIM, "DINO_WALL_CLOCK_FILE=" + file_.string(),
          "ASAN_OPTIONS=" + options + "verify_asan_link_order=0"};
}

void WallClock::Jump(std::chrono::seconds by) {
  offset_ += by;
  Write();
}

void WallClock::Write() const {
  const std::int64_t nanoseconds = offset_.count();
  // In place: the processes have it mapped.
  std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
  file.write(reinterpret_cast<const char*>(&nanoseconds), sizeof(nanoseconds));
}

}  // namespace dino::testing
