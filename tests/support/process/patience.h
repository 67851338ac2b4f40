#ifndef DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_
#define DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_

#include <chrono>

namespace dino::testing {

using Clock = std::chrono::steady_clock;

// How long a wait lasts before it fails the test. Long, so that a busy machine fails nothing:
// a wait that succeeds ends at once.
inline constexpr std::chrono::seconds kPatience{20};

// Where a wait stands in the test's source, so that its failure is reported there. Meant as
// a default argument: `Where where = Where::Here()`.
struct Where {
  const char* file;
  int line;

  static Where Here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_PATIENCE_H_
