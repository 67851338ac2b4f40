#ifndef DINO_TESTS_SOAK_OPTIONS_H_
#define DINO_TESTS_SOAK_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dino::soak {

struct Options {
  unsigned seed = 1;
  std::chrono::milliseconds duration{60000};
  double faults_per_minute = 12;
  std::size_t faults = 0;
  std::size_t callers = 8;
  std::size_t replicas = 1;
  std::size_t publications = 0;
  std::chrono::milliseconds pause{5};
  std::string bridge;
  std::string log_file = "/dev/null";
  bool help = false;
};

// Reads `--name=value` and `--name value`. `bridge` is the default for that option.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const std::string& bridge);

// What `--help` prints.
std::string Usage();

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_OPTIONS_H_
