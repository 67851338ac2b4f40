#ifndef DINO_TESTS_SIMULATOR_WORLD_WATCHED_PUBLISHER_H_
#define DINO_TESTS_SIMULATOR_WORLD_WATCHED_PUBLISHER_H_

#include <map>
#include <memory>

#include "server/mqtt/batch.h"
#include "server/mqtt/publisher.h"
#include "tests/simulator/ledger/ledger.h"

namespace dino::simulator {

// The same outcome in the ledger's words.
Reported ReportedOf(mqtt::Outcome outcome);

// Stands between fan-out and the session pool, and tells the ledger what is published, stopped and
// settled.
class WatchedPublisher : public mqtt::Publisher {
 public:
  // Both outlive it.
  WatchedPublisher(mqtt::Publisher& publisher, Ledger& ledger, int replica)
      : publisher_(publisher), ledger_(ledger), replica_(replica) {}

  std::shared_ptr<const mqtt::Routes> routes() const override { return publisher_.routes(); }
  bool connected() const override { return publisher_.connected(); }
  void Publish(const std::shared_ptr<mqtt::Batch>& batch) override;
  void Stop(const std::shared_ptr<mqtt::Batch>& batch) override;

 private:
  class WatchedBatch;

  mqtt::Publisher& publisher_;
  Ledger& ledger_;
  const int replica_;
  // By the batch that was given to us.
  std::map<const mqtt::Batch*, std::weak_ptr<WatchedBatch>> open_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_WATCHED_PUBLISHER_H_
