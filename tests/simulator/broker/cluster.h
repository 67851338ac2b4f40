#ifndef DINO_TESTS_SIMULATOR_BROKER_CLUSTER_H_
#define DINO_TESTS_SIMULATOR_BROKER_CLUSTER_H_

#include <map>
#include <utility>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/broker/manner.h"
#include "tests/simulator/ledger/ledger.h"

namespace dino::simulator {

// What the brokers share: the subscribers, each with a persistent session at one of them, the rules
// for topics, and the links by which they pass events on, in order, after a while.
class Cluster {
 public:
  Cluster(Timeline& timeline, Ledger& ledger, int brokers, Duration delay)
      : timeline_(timeline), ledger_(ledger), brokers_(brokers), delay_(delay) {}

  // A broker has taken an event for a user, by that connection.
  void Publish(int broker, UserId user, int event, int connection) {
    const int home = static_cast<int>(user % brokers_);
    if (broker == home || delay_ == Duration(0)) return ledger_.Delivered(user, event, connection);
    timeline_.After(
        delay_, [this, user, event, connection] { ledger_.Delivered(user, event, connection); });
  }

  // How topics are treated; plain if nothing is known.
  TopicManner MannerOf(UserId user) const {
    const auto manner = manners_.find(user);
    return manner == manners_.end() ? TopicManner() : manner->second;
  }
  void Treat(UserId user, const TopicManner& manner) { manners_[user] = manner; }

 private:
  Timeline& timeline_;
  Ledger& ledger_;
  const int brokers_;
  const Duration delay_;
  std::map<UserId, TopicManner> manners_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_BROKER_CLUSTER_H_
