#include "tests/system/broker_suite/part.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dino::broker_suite {

void Part::Expect(bool holds, const std::string& fault) {
  if (!holds && std::find(faults.begin(), faults.end(), fault) == faults.end()) {
    faults.push_back(fault);
  }
}

void AddFindings(const testing::Findings& findings, Part& part) {
  part.figures.push_back(absl::StrCat(findings.acknowledged, " acknowledged, lost ",
                                      findings.missing, " (", findings.lost_by_broker,
                                      " of them acknowledged by the broker, ",
                                      findings.missing - findings.lost_by_broker, " not)"));
  part.figures.push_back(absl::StrCat("doubled ", findings.duplicates, " (",
                                      findings.excess_duplicates, " beyond the bound), swapped ",
                                      findings.order_breaks, ", stuck ", findings.late_answers));
  part.Expect(findings.acknowledged > 0, "nothing was acknowledged");
  if (findings.ok()) return;
  part.faults.emplace_back("the ledger does not balance");
  part.faults.insert(part.faults.end(), findings.examples.begin(), findings.examples.end());
}

std::string LineOf(const Part& part) {
  if (part.not_run) return absl::StrCat("not run  ", part.name, ": ", *part.not_run);
  std::string line = absl::StrCat(part.faults.empty() ? "passed   " : "FAILED   ", part.name, ": ",
                                  absl::StrJoin(part.figures, "; "));
  if (!part.faults.empty()) absl::StrAppend(&line, " | ", absl::StrJoin(part.faults, "; "));
  return line;
}

std::string SumOf(const std::vector<Part>& parts) {
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const Part& part : parts) {
    if (part.not_run) continue;
    ++(part.faults.empty() ? passed : failed);
  }
  return absl::StrCat(passed, " passed, ", failed, " failed, ", parts.size() - passed - failed,
                      " not run");
}

bool AnyFailed(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return !part.not_run && !part.faults.empty(); });
}

}  // namespace dino::broker_suite
