#ifndef DINO_TESTS_SOAK_REPORT_H_
#define DINO_TESTS_SOAK_REPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/soak/load.h"
#include "tests/soak/schedule.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/process/process_usage.h"

namespace dino::soak {

// The findings of a run.
struct Report {
  // The recovery from each fault.
  std::map<FaultKind, std::vector<Recovery>> recoveries;
  // Faults after which calls did not succeed again.
  std::size_t not_recovered = 0;
  testing::Findings findings;
  std::map<std::string, std::size_t> outcomes;
  testing::ProcessUsage before;
  testing::ProcessUsage after;
  std::size_t wanted_publications = 0;
  std::size_t wanted_faults = 0;
  bool bridge_exited_well = false;

  std::size_t fault_count() const;
  // True if everything held.
  bool ok() const;
};

// The report as Markdown.
std::string Format(const Report& report);

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_REPORT_H_
