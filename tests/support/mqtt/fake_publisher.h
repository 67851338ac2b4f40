#ifndef DINO_TESTS_SUPPORT_MQTT_FAKE_PUBLISHER_H_
#define DINO_TESTS_SUPPORT_MQTT_FAKE_PUBLISHER_H_

#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/publisher.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// Routes by which all sessions share all publications.
inline std::shared_ptr<const mqtt::Routes> EvenRoutes(std::uint32_t session_count) {
  std::vector<std::uint32_t> sessions(session_count);
  std::iota(sessions.begin(), sessions.end(), 0);
  std::array<mqtt::Routes::Share, mqtt::Routes::kBuckets> shares;
  shares.fill({0, session_count});
  return std::make_shared<const mqtt::Routes>(session_count, std::move(sessions), shares);
}

// A publisher that sends nothing: the test settles the batches. A stopped batch ends as not sent.
// Thread-safe.
class FakePublisher : public mqtt::Publisher {
 public:
  explicit FakePublisher(std::uint32_t session_count = 4) : routes_(EvenRoutes(session_count)) {}

  std::shared_ptr<const mqtt::Routes> routes() const override { return routes_; }

  // Sessions belong to two brokers in turn.
  std::string BrokerOf(std::uint32_t session) const override {
    return session % 2 == 0 ? "even:1883" : "odd:1883";
  }

  bool connected() const override {
    const std::lock_guard lock(mutex_);
    return connected_;
  }
  void set_connected(bool connected) {
    const std::lock_guard lock(mutex_);
    connected_ = connected;
  }

  // Acknowledges everything at once from now on, like a broker without latency.
  void AcknowledgeAtOnce() {
    const std::lock_guard lock(mutex_);
    acknowledge_at_once_ = true;
  }

  void Publish(const std::shared_ptr<mqtt::Batch>& batch) override {
    bool at_once = false;
    {
      const std::lock_guard lock(mutex_);
      at_once = acknowledge_at_once_;
      if (!at_once) open_.push_back(batch);
      ++published_count_;
      changed_.notify_all();
    }
    if (at_once) SettleBatch(*batch, {mqtt::Outcome::kAcknowledged, 0, false});
  }

  void Stop(const std::shared_ptr<mqtt::Batch>& batch) override {
    if (Take(batch)) SettleBatch(*batch, {mqtt::Outcome::kNotSent, 0, false});
  }

  // Waits for the batch that was published first and is still open.
  std::shared_ptr<mqtt::Batch> WaitForBatch() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return !open_.empty(); })) {
      ADD_FAILURE() << "nothing was published";
      return nullptr;
    }
    return open_.front();
  }

  // Ends an open batch; every publication ends as `outcome`.
  void End(const std::shared_ptr<mqtt::Batch>& batch, mqtt::PublicationOutcome outcome) {
    ASSERT_TRUE(Take(batch)) << "not open";
    SettleBatch(*batch, outcome);
  }
  // The same, with an outcome for each publication, in the batch's order.
  void End(const std::shared_ptr<mqtt::Batch>& batch,
           const std::vector<mqtt::PublicationOutcome>& outcomes) {
    ASSERT_TRUE(Take(batch)) << "not open";
    for (std::uint32_t i = 0; i < outcomes.size(); ++i) batch->Settle({}, i, outcomes[i]);
    for (std::size_t i = batch->chunks().size(); i > 0; --i) batch->ChunkSettled();
  }

  // Ends all open batches as not sent.
  void EndAll() {
    // The end of one may start another.
    while (true) {
      std::shared_ptr<mqtt::Batch> batch;
      {
        const std::lock_guard lock(mutex_);
        if (open_.empty()) return;
        batch = open_.front();
      }
      Stop(batch);
    }
  }

  // Waits until every batch has ended, or until this many were published.
  void WaitForNoBatch() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return open_.empty(); }));
  }
  void WaitForPublishedCount(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, kPatience, [this, count] { return published_count_ >= count; }));
  }

  // The number of batches published so far.
  std::size_t published_count() const {
    const std::lock_guard lock(mutex_);
    return published_count_;
  }

 private:
  bool Take(const std::shared_ptr<mqtt::Batch>& batch) {
    const std::lock_guard lock(mutex_);
    for (auto open = open_.begin(); open != open_.end(); ++open) {
      if (*open != batch) continue;
      open_.erase(open);
      changed_.notify_all();
      return true;
    }
    return false;
  }

  static void SettleBatch(mqtt::Batch& batch, mqtt::PublicationOutcome outcome) {
    // The batch's chunks are read first: the last one to settle ends it.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> chunks;
    for (const mqtt::Chunk& chunk : batch.chunks()) chunks.emplace_back(chunk.at, chunk.count);
    std::uint32_t position = 0;
    for (const auto& [session, count] : chunks) {
      mqtt::Chunk chunk;
      chunk.at = session;
      for (std::uint32_t i = 0; i < count; ++i) batch.Settle(chunk, position++, outcome);
      batch.ChunkSettled();
    }
  }

  const std::shared_ptr<const mqtt::Routes> routes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool connected_ = true;
  bool acknowledge_at_once_ = false;
  std::size_t published_count_ = 0;
  std::vector<std::shared_ptr<mqtt::Batch>> open_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_FAKE_PUBLISHER_H_
