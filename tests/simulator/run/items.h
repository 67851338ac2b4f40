#ifndef DINO_TESTS_SIMULATOR_RUN_ITEMS_H_
#define DINO_TESTS_SIMULATOR_RUN_ITEMS_H_

#include <set>
#include <string>
#include <vector>

#include "tests/simulator/plan/plan.h"

namespace dino::simulator {

// The calls ("c1.0": the first of the second caller) and faults ("f0") of a plan, by name, and
// "stop" if a replica stops.
std::vector<std::string> ItemNames(const Plan& plan);

// Leaves out what has none of these names.
void KeepOnly(const std::set<std::string>& names, Plan& plan);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_RUN_ITEMS_H_
