#ifndef DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_
#define DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_

#include <chrono>

namespace dino::testing {

using Clock = std::chrono::steady_clock;

// How long a wait lasts before it fails the test. Long, so that a busy machine fails no test; a
// successful wait ends at once.
inline constexpr std::chrono::seconds kPatience{40};

// The place of a wait in the test's source, where its failure is reported. Meant as a default
// argument: `Where where = Where::Here()`.
struct Where {
  const char* file;
  int line;

  static Where Here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_
