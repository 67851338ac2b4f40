#ifndef DINO_TESTS_UNIT_HEALTH_FACTS_OF_H_
#define DINO_TESTS_UNIT_HEALTH_FACTS_OF_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/health/judge.h"

namespace dino::health::health_test {

inline const Time kNow{std::chrono::hours(1000)};
inline const Time kBefore = kNow - std::chrono::seconds(90);

// A broker with four sessions, all of them connected.
inline mqtt::BrokerInfo GoodBroker(std::string name, double home_share) {
  mqtt::BrokerInfo broker;
  broker.name = std::move(name);
  broker.sessions = 4;
  broker.connected = 4;
  broker.connected_since = broker.all_since = kBefore;
  broker.announced = mqtt::ConnAck();
  broker.home_share = home_share;
  return broker;
}

// One none of whose sessions is connected, and whose users are with others.
inline mqtt::BrokerInfo LostBroker(std::string name, double home_share) {
  mqtt::BrokerInfo broker = GoodBroker(std::move(name), home_share);
  broker.connected = 0;
  broker.last_error = "connection refused";
  broker.moved_share = home_share;
  return broker;
}

inline Facts FactsOf(std::vector<mqtt::BrokerInfo> brokers) {
  Facts facts;
  facts.now = kNow;
  facts.ready = true;
  facts.recent_brokers.resize(brokers.size());
  facts.brokers = std::move(brokers);
  facts.pending_publications = {0, 1000};
  facts.pending_bytes = {0, 1000};
  return facts;
}

// All is well.
inline Facts GoodFacts() {
  return FactsOf({GoodBroker("a:1883", 0.48), GoodBroker("b:1883", 0.52)});
}

}  // namespace dino::health::health_test

#endif  // DINO_TESTS_UNIT_HEALTH_FACTS_OF_H_
