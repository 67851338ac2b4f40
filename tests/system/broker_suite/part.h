#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_PART_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_PART_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/ledger/ledger.h"

namespace dino::broker_suite {

// What a part of the suite found.
struct Part {
  std::string name;
  // Why it was not run.
  std::optional<std::string> not_run;
  // What was seen, for people.
  std::vector<std::string> figures;
  // What must not be. It failed if there is any.
  std::vector<std::string> faults;

  // Adds a fault unless `holds`.
  void Expect(bool holds, const std::string& fault);
};

// Adds what the ledger found: figures, and faults.
void AddFindings(const testing::Findings& findings, Part& part);

// A line that says how it ended and why.
std::string LineOf(const Part& part);

// As `4 passed, 0 failed, 1 not run`.
std::string SumOf(const std::vector<Part>& parts);

bool AnyFailed(const std::vector<Part>& parts);

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_PART_H_
