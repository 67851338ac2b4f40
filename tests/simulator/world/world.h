#ifndef DINO_TESTS_SIMULATOR_WORLD_WORLD_H_
#define DINO_TESTS_SIMULATOR_WORLD_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/timer.h"
#include "tests/simulator/base/timeline.h"
#include "tests/simulator/base/trace.h"
#include "tests/simulator/broker/broker.h"
#include "tests/simulator/broker/cluster.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/net/network.h"
#include "tests/simulator/plan/plan.h"
#include "tests/simulator/world/caller.h"
#include "tests/simulator/world/fault_injector.h"
#include "tests/simulator/world/replica.h"

namespace dino::simulator {

// What came of a run.
struct RunResult {
  std::optional<Violation> violation;
  std::uint64_t acknowledged = 0;
  std::uint64_t faults = 0;
  Duration simulated{};
  std::vector<std::string> history;
};

// Everything that a plan names, on one thread and in simulated time. Runs once.
class World {
 public:
  // `plan` outlives the world. `traced`: takes down the history.
  World(const Plan& plan, bool traced);

  // Until all calls are answered and, with all faults over, every user was served once more by
  // every replica; or until the first violation.
  RunResult Run();

 private:
  void Prepare();
  void ChangeName(const NamePlan::Change& change);
  void PlanProbes();
  void Probe();
  void RestartWhenStopped();
  void RunUntil(const std::function<bool()>& done);
  void CheckEnd();
  // Lets timers call in time.
  void WatchTimers();

  const Plan& plan_;
  Timeline timeline_;
  SimulatedTimers timers_;
  Time timers_at_ = Time::max();
  Trace trace_;
  Ledger ledger_;
  Network network_;
  Cluster cluster_;
  std::vector<std::unique_ptr<Broker>> brokers_;
  // Where the brokers' name leads to.
  std::vector<bool> present_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  // In whose places others have started.
  std::vector<std::unique_ptr<Replica>> stopped_;
  std::vector<std::unique_ptr<Caller>> callers_;
  std::unique_ptr<FaultInjector> faults_;
  std::size_t open_callers_ = 0;
  bool probed_ = false;
  std::size_t open_probes_ = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_WORLD_H_
