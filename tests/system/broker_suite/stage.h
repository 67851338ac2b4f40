#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_STAGE_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_STAGE_H_

#include <cstddef>
#include <list>
#include <string>
#include <vector>

#include "tests/soak/clerk.h"
#include "tests/soak/load.h"
#include "tests/soak/witness.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/system/broker_suite/options.h"
#include "tests/system/broker_suite/part.h"

namespace dino::broker_suite {

// Settings of a bridge for this suite.
std::vector<std::string> BridgeFlags(const Options& options);

// A name for a session at the broker that no other run has.
std::string ClientId(const std::string& part);

// Of connections that others share, by a publication that the broker closes on, however often it is
// repeated.
inline constexpr std::size_t kMostSharedLosses = 2;

// Runs a command that stops or starts a broker.
void RunCommand(const std::string& command, Part& part);

// What stands around the bridge in a part of the suite: before each broker a proxy that hears what
// it acknowledges and notes lost connections, and a witness at the first one.
//
// Failures of waits are reported as failed tests. Belongs to the thread that created it.
class Stage {
 public:
  Stage(const Options& options, const std::string& part);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // The bridge's list of brokers, in the order of the options or from behind.
  enum class Order { kAsGiven, kReversed };
  std::string Brokers(Order order = Order::kAsGiven) const;

  testing::Ledger& ledger() { return ledger_; }

  // How many connections were lost so far that several users share, and how many in all.
  struct LossCounts {
    std::size_t shared = 0;
    std::size_t all = 0;
  };
  LossCounts CountLosses();

  // Waits until the witness has received everything, and adds what the ledger finds. The callers
  // have stopped, and the bridges run.
  void Finish(Part& part);

 private:
  bool CatchUp();

  const Options& options_;
  testing::Ledger ledger_;
  soak::Clerk clerk_{ledger_};
  std::list<testing::FaultProxy> proxies_;
  soak::Witness witness_;
};

// Adds the results of the load's calls. Faults are those that `allowed` does not name.
void AddOutcomes(soak::Load& load, const std::vector<std::string>& allowed, Part& part);

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_STAGE_H_
