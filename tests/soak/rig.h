#ifndef DINO_TESTS_SOAK_RIG_H_
#define DINO_TESTS_SOAK_RIG_H_

#include <cstddef>
#include <optional>
#include <string>

#include "tests/soak/broker.h"
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
  LoadOptions load = {};
};

// Everything a run needs, on 127.0.0.1: callers, the bridge, the proxy, the broker, and the
// witness, which connects to the broker directly.
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
  Load& load() { return load_; }
  Witness& witness() { return witness_; }
  testing::Ledger& ledger() { return ledger_; }

  bool bridge_runs() const { return bridge_.running(); }

  // The bridge's current resources.
  testing::ProcessUsage Usage() const { return testing::UsageOf(bridge_.pid()); }
  // The bridge's resources while no call is in progress. Pauses the load meanwhile.
  testing::ProcessUsage IdleUsage();

  // Stops the load, waits until the witness has received everything, and compares.
  testing::Findings Finish();

  // Lets the bridge drain. False if it does not exit with 0.
  bool StopBridge();

 private:
  testing::Ledger ledger_;
  Broker broker_;
  testing::FaultProxy proxy_;
  const testing::LoopbackPort bridge_port_;
  Witness witness_;
  testing::Subprocess bridge_;
  Load load_;
};

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_RIG_H_
