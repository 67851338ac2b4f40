#ifndef DINO_TESTS_SIMULATOR_PLAN_FAULT_PLANNER_H_
#define DINO_TESTS_SIMULATOR_PLAN_FAULT_PLANNER_H_

#include <vector>

#include "tests/simulator/base/random.h"
#include "tests/simulator/plan/plan.h"

namespace dino::simulator {

// Draws the faults of a plan whose other parts are decided, a few kinds of `kinds` only: a seed
// that has everything at once shows less than one that has a little of it often.
void PlanFaults(const std::vector<FaultKind>& kinds, Random random, Plan& plan);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_PLAN_FAULT_PLANNER_H_
