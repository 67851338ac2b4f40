#ifndef DINO_TESTS_SIMULATOR_WORLD_FAULT_INJECTOR_H_
#define DINO_TESTS_SIMULATOR_WORLD_FAULT_INJECTOR_H_

#include <memory>
#include <vector>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/broker/broker.h"
#include "tests/simulator/broker/cluster.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/net/network.h"
#include "tests/simulator/plan/plan.h"
#include "tests/simulator/world/replica.h"

namespace dino::simulator {

// Makes go wrong what the plan says, and ends it when its time is over.
class FaultInjector {
 public:
  struct World {
    Timeline& timeline;
    Trace& trace;
    Ledger& ledger;
    Network& network;
    Cluster& cluster;
    std::vector<std::unique_ptr<Broker>>& brokers;
    std::vector<std::unique_ptr<Replica>>& replicas;
  };

  // All outlive the injector.
  FaultInjector(const World& world, const Plan& plan) : world_(world), plan_(plan) {}

  void Start();

 private:
  void Begin(const FaultPlan& fault);
  void End(const FaultPlan& fault);
  // What a fault changes in its broker while it lasts.
  void Change(const FaultPlan& fault, BrokerManner& manner) const;
  static void Restore(FaultKind kind, BrokerManner& manner);
  void CutAfterBytes(const FaultPlan& fault);
  void BeginTopic(const FaultPlan& fault);
  void SeparateAll(int broker, bool separate);
  Broker& BrokerOf(const FaultPlan& fault) {
    return *world_.brokers[static_cast<std::size_t>(fault.broker)];
  }

  const World world_;
  const Plan& plan_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_FAULT_INJECTOR_H_
