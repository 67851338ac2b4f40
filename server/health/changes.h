#ifndef DINO_SERVER_HEALTH_CHANGES_H_
#define DINO_SERVER_HEALTH_CHANGES_H_

#include <string>
#include <vector>

#include "server/health/health.h"

namespace dino::health {

// That something began, ended, came or went.
struct Change {
  Time at;
  // How bad it is; good if a problem has ended or a broker has come.
  Verdict verdict = Verdict::kGood;
  // The kind of the problem that began or ended, and whose it is; both may be empty.
  std::string_view kind;
  std::string subject;
  // A sentence.
  std::string text;
};

// What has changed from `before`, looked at earlier, to `after`, looked at `now`; the oldest first.
// Pure.
std::vector<Change> DescribeChanges(const Health& before, const Health& after, Time now);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_CHANGES_H_
