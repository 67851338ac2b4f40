#ifndef DINO_TESTS_SIMULATOR_WORLD_REPLICA_H_
#define DINO_TESTS_SIMULATOR_WORLD_REPLICA_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/mqtt/session/session_pool.h"
#include "tests/simulator/base/timeline.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/net/network.h"
#include "tests/simulator/plan/plan.h"
#include "tests/simulator/world/loop_driver.h"
#include "tests/simulator/world/watched_publisher.h"

namespace dino::simulator {

// Where a broker listens.
std::string EndpointOf(int broker);

// Lets the brokers' name lead to those for which `present` is true.
void LeadTo(const std::vector<bool>& present, Network& network);

// One bridge, from fan-out to the bytes of its connections: production code, but for its threads.
class Replica {
 public:
  // All outlive the replica.
  Replica(int number, const Plan& plan, Timeline& timeline, Network& network, Ledger& ledger,
          int life = 0);

  // Stops as the program does: takes no more calls, ends those that take longer than `patience`,
  // and says goodbye to the brokers when none is open any more.
  void Drain(Duration patience);
  bool draining() const { return draining_; }
  bool stopped() const { return stopped_; }

  // A call is in progress, and `stop` ends it; up to `CallClosed` with the number that this
  // returns.
  int CallOpened();
  void CallStoppable(int call, std::function<void()> stop);
  void CallClosed(int call);

  fanout::EventPublisher& publisher() { return *keyed_publisher_; }
  void Stall(std::size_t loop, Duration duration);

  // Compares what it has counted with `ledger`, once nothing is open.
  void CheckBooks();

  // How many publications ended as that, by its own books.
  std::uint64_t CountOf(mqtt::Outcome outcome) const {
    return direct_publisher_->meter().ended(0, outcome);
  }

 private:
  void StopWhenIdle();

  const int number_;
  Timeline& timeline_;
  Ledger& ledger_;
  std::vector<std::unique_ptr<LoopDriver>> drivers_;
  std::unique_ptr<mqtt::SessionPool> pool_;
  std::unique_ptr<WatchedPublisher> publisher_;
  std::unique_ptr<fanout::DirectPublisher> direct_publisher_;
  std::unique_ptr<fanout::KeyedPublisher> keyed_publisher_;
  bool draining_ = false;
  bool stopped_ = false;
  int next_call_ = 0;
  std::set<int> open_;
  // How to end calls early; may have some that have ended.
  std::map<int, std::function<void()>> stops_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_REPLICA_H_
