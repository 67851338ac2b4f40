#ifndef DINO_TESTS_SIMULATOR_RUN_ISOLATED_H_
#define DINO_TESTS_SIMULATOR_RUN_ISOLATED_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/plan/plan.h"
#include "tests/simulator/world/world.h"

namespace dino::simulator {

// What is run.
struct Case {
  std::uint64_t seed = 0;
  Scope scope;
  // Names of what alone is kept; empty for all.
  std::set<std::string> only;
};

Plan PlanOf(const Case& what);

// Runs it in a process of its own: each run begins with the same memory, so that it can be
// replayed, and what ends or hangs that process is a violation like any other.
RunResult RunIsolated(const Case& what, bool traced);

// Leaves out of a case that violates something all that is not needed for it.
Case Shrink(Case failing, Invariant invariant);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_RUN_ISOLATED_H_
