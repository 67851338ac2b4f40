#ifndef DINO_TESTS_SOAK_RIG_H_
#define DINO_TESTS_SOAK_RIG_H_

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/soak/broker.h"
#include "tests/soak/clerk.h"
#include "tests/soak/load.h"
#include "tests/soak/witness.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/process_usage.h"
#include "tests/support/process/subprocess.h"

namespace dino::soak {

struct RigOptions {
  // The server's program.
  std::string bridge;
  // Where its log goes.
  std::string log_file = "/dev/null";
  unsigned seed = 1;
  // How many bridges.
  std::size_t replicas = 1;
  LoadOptions load = {};
};

// Everything a run needs, on 127.0.0.1: callers, one or more bridges, the proxy, the broker, and
// the witness, which connects to the broker directly.
//
// Failures are reported as failed tests. Belongs to the thread that created it.
class Rig {
 public:
  // Starts everything and waits until each caller was answered OK. The load keeps running.
  explicit Rig(const RigOptions& options);
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  Broker& broker() { return broker_; }
  testing::FaultProxy& proxy() { return proxy_; }
  Load& load() { return *load_; }
  Witness& witness() { return witness_; }
  testing::Ledger& ledger() { return ledger_; }

  bool bridges_run() const;

  // The first bridge's current resources.
  testing::ProcessUsage Usage() const { return testing::UsageOf(bridges_.front().bridge.pid()); }
  // The first bridge's resources while no call is in progress. Pauses the load meanwhile.
  testing::ProcessUsage IdleUsage();

  // Stops the load, waits until the witness has received everything, and compares.
  testing::Findings Finish();

  // Lets the bridges drain. False if one does not exit with 0.
  bool StopBridges();

 private:
  struct Replica {
    Replica(const RigOptions& options, const std::string& broker);

    testing::LoopbackPort port;
    testing::Subprocess bridge;
  };

  testing::Ledger ledger_;
  Broker broker_;
  Clerk clerk_{ledger_};
  testing::FaultProxy proxy_;
  Witness witness_;
  // They do not move.
  std::list<Replica> bridges_;
  std::unique_ptr<Load> load_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_RIG_H_
