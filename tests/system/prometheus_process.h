#ifndef DINO_TESTS_SYSTEM_PROMETHEUS_PROCESS_H_
#define DINO_TESTS_SYSTEM_PROMETHEUS_PROCESS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"

namespace dino::testing {

// A real Prometheus with the chart's rules, whose alerts come to the test as they would to an
// Alertmanager. Not thread-safe.
//
// Its time may go faster: the intervals at which it scrapes and evaluates, and every duration in
// the rules, are the chart's divided by `haste`. The programs that it scrapes know nothing of that.
class PrometheusProcess {
 public:
  // Alerts by their names, with their severities.
  using Alerts = std::map<std::string, std::string>;

  // `targets`: the addresses that are scraped, by job. `haste`: at least 1.
  PrometheusProcess(const std::map<std::string, std::string>& targets, int haste);

  // The alerts of a job that have fired so far.
  const Alerts& fired(const std::string& job) { return fired_[job]; }

  // Waits for more alerts; false if none comes before `deadline`.
  bool WaitForAlerts(Clock::time_point deadline);

 private:
  void TakeDown(const std::string& body);

  const TemporaryDirectory directory_;
  const LoopbackPort port_;
  const LoopbackPort alertmanager_port_;
  const FileDescriptor alertmanager_;
  std::map<std::string, Alerts> fired_;
  std::optional<Subprocess> process_;
};

// The rules with every duration divided by `haste`.
std::string HastenRules(const std::string& rules, int haste);

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_PROMETHEUS_PROCESS_H_
