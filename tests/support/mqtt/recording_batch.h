#ifndef DINO_TESTS_SUPPORT_MQTT_RECORDING_BATCH_H_
#define DINO_TESTS_SUPPORT_MQTT_RECORDING_BATCH_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/batch.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A batch with given topics, which keeps how each publication ended. Its chunks are made by
// the test. Thread-safe.
class RecordingBatch : public mqtt::Batch {
 public:
  RecordingBatch(std::string payload, std::vector<std::string> topics,
                 mqtt::PublishOptions options = Options())
      : Batch(std::move(payload), std::move(options)),
        topics_(std::move(topics)),
        outcomes_(topics_.size()),
        sessions_(topics_.size()) {}

  // Options with times that no test reaches.
  static mqtt::PublishOptions Options() {
    mqtt::PublishOptions options;
    options.content_type = "application/json";
    options.user_properties = {{"event_id", "e"}, {"event_type", "t"}};
    options.deadline = Clock::now() + std::chrono::hours(1);
    options.expires_at = options.deadline;
    return options;
  }

  // One chunk with every topic, for `session`.
  static std::shared_ptr<RecordingBatch> ForSession(std::uint32_t session, std::string payload,
                                                    std::vector<std::string> topics,
                                                    mqtt::PublishOptions options = Options()) {
    const auto count = static_cast<std::uint32_t>(topics.size());
    auto batch =
        std::make_shared<RecordingBatch>(std::move(payload), std::move(topics), std::move(options));
    batch->AddChunk(session, 0, count);
    return batch;
  }

  using Batch::AddChunk;

  void WriteTopic(std::uint32_t position, std::string& topic) const override {
    topic = topics_[position];
  }

  std::uint64_t RouteKey(std::uint32_t position) const override {
    return std::hash<std::string>()(topics_[position]);
  }

  void Explain(std::uint32_t position, const mqtt::Explanation& explanation) override {
    const std::lock_guard lock(mutex_);
    explanations_.push_back({position, explanation.reason_code,
                             std::string(explanation.reason_string), explanation.limit,
                             explanation.actual});
  }

  void Settle(const mqtt::Chunk& chunk, std::uint32_t position,
              mqtt::PublicationOutcome outcome) override {
    const std::lock_guard lock(mutex_);
    sessions_[position] = chunk.at;
    outcomes_[position] = outcome;
    ++settle_count_;
  }

  // What was explained, in that order.
  struct Explained {
    std::uint32_t position;
    std::uint8_t reason_code;
    std::string reason_string;
    std::size_t limit;
    std::size_t actual;
  };
  std::vector<Explained> explanations() const {
    const std::lock_guard lock(mutex_);
    return explanations_;
  }

  // How each publication ended, in the order of the topics.
  std::vector<mqtt::PublicationOutcome> publication_outcomes() const {
    const std::lock_guard lock(mutex_);
    return outcomes_;
  }
  std::vector<mqtt::Outcome> outcomes() const {
    std::vector<mqtt::Outcome> outcomes;
    for (const mqtt::PublicationOutcome& outcome : publication_outcomes()) {
      outcomes.push_back(outcome.outcome);
    }
    return outcomes;
  }
  // At which session each ended.
  std::vector<std::uint32_t> sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
  }
  // How often anything was settled.
  std::size_t settle_count() const {
    const std::lock_guard lock(mutex_);
    return settle_count_;
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  // Waits for the end; false if it does not come.
  bool WaitForEnd() const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return ended_; });
  }

 protected:
  void Ended() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  const std::vector<std::string> topics_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<mqtt::PublicationOutcome> outcomes_;
  std::vector<std::uint32_t> sessions_;
  std::vector<Explained> explanations_;
  std::size_t settle_count_ = 0;
  bool ended_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_RECORDING_BATCH_H_
