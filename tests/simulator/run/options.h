#ifndef DINO_TESTS_SIMULATOR_RUN_OPTIONS_H_
#define DINO_TESTS_SIMULATOR_RUN_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/plan/plan.h"

namespace dino::simulator {

struct Options {
  // The first seed, and how many; or until so many events were acknowledged.
  std::uint64_t from = 1;
  std::uint64_t seeds = 100;
  std::uint64_t events = 0;
  // Replays one seed and prints its history.
  std::optional<std::uint64_t> seed;
  // Of that, what alone is kept, by its name in `ItemNames`; empty for all.
  std::set<std::string> only;
  Scope scope;
  // Goes on after the first seed that fails, up to so many.
  int failures = 1;
  // Lets a failing seed be as it is.
  bool shrink = true;
  bool help = false;
};

// INVALID_ARGUMENT if there is no such option.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments);

extern const char kUsage[];

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_RUN_OPTIONS_H_
