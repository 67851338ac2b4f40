#ifndef DINO_TESTS_SIMULATOR_BROKER_BROKER_H_
#define DINO_TESTS_SIMULATOR_BROKER_BROKER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/broker/broker_connection.h"
#include "tests/simulator/broker/cluster.h"
#include "tests/simulator/broker/manner.h"
#include "tests/simulator/net/network.h"

namespace dino::simulator {

// An MQTT v5 broker, as far as who only publishes can tell, with every fault that its manner names.
class Broker {
 public:
  // All outlive the broker.
  Broker(int number, Timeline& timeline, Ledger& ledger, Cluster& cluster, std::uint64_t seed)
      : number_(number), timeline_(timeline), ledger_(ledger), cluster_(cluster), seed_(seed) {}

  // What its host does with who wants to connect.
  Network::Host AsHost();

  // Changes how it behaves, from now on.
  void Change(const std::function<void(BrokerManner&)>& change);
  const BrokerManner& manner() const { return manner_; }

  // Ends connections: all, or those of one replica.
  void End(Ending ending, std::uint8_t code, int replica = kAllReplicas);
  // Sends a PUBLISH that nobody asked for to everybody.
  void PublishUnsolicited(int qos);

  static constexpr int kAllReplicas = -1;

 private:
  friend class BrokerConnection;

  void Accept(int replica, std::shared_ptr<Wire> wire);
  // Another connection of that client is ended.
  void TakeOver(const BrokerConnection& by);
  std::vector<std::shared_ptr<BrokerConnection>> Open();

  const int number_;
  Timeline& timeline_;
  Ledger& ledger_;
  Cluster& cluster_;
  const std::uint64_t seed_;
  BrokerManner manner_;
  std::vector<std::shared_ptr<BrokerConnection>> connections_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BROKER_BROKER_H_
