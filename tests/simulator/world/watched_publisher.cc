#include "tests/simulator/world/watched_publisher.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"

namespace dino::simulator {

Reported ReportedOf(mqtt::Outcome outcome) {
  switch (outcome) {
    case mqtt::Outcome::kAcknowledged:
      return Reported::kAcknowledged;
    case mqtt::Outcome::kNoSubscriber:
      return Reported::kNoSubscriber;
    case mqtt::Outcome::kRejected:
      return Reported::kRejected;
    case mqtt::Outcome::kNotSent:
      return Reported::kNotSent;
    case mqtt::Outcome::kUnknown:
      return Reported::kUnknown;
    case mqtt::Outcome::kPending:
      break;
  }
  return Reported::kPending;
}

// Passes all on to the batch that was given to us.
class WatchedPublisher::WatchedBatch : public mqtt::Batch {
 public:
  WatchedBatch(std::shared_ptr<mqtt::Batch> inner, WatchedPublisher& publisher)
      : Batch(inner->payload(), inner->options()), inner_(std::move(inner)), publisher_(publisher) {
    std::vector<UserId> users;
    for (const mqtt::Chunk& chunk : inner_->chunks()) {
      AddChunk(chunk.session, chunk.first, chunk.count);
      for (std::uint32_t i = 0; i < chunk.count; ++i) users.push_back(UserAt(chunk.first + i));
    }
    number_ = publisher_.ledger_.BatchBegan(
        EventOf(inner_->payload()).value_or(-1), publisher_.replica_,
        static_cast<int>(inner_->options().qos), inner_->options().deadline, users);
  }

  int number() const { return number_; }

  void WriteTopic(std::uint32_t position, std::string& topic) const override {
    inner_->WriteTopic(position, topic);
  }
  std::string_view PayloadOf(std::uint32_t position, std::string& scratch) const override {
    return inner_->PayloadOf(position, scratch);
  }
  std::uint64_t RouteKey(std::uint32_t position) const override {
    return inner_->RouteKey(position);
  }
  void Group(std::uint32_t first, std::uint32_t count,
             absl::FunctionRef<std::uint32_t(std::uint64_t)> group_of) override {
    inner_->Group(first, count, group_of);
  }
  void Explain(std::uint32_t position, const mqtt::Explanation& explanation) override {
    inner_->Explain(position, explanation);
  }
  void Settle(const mqtt::Chunk& chunk, std::uint32_t position,
              mqtt::PublicationOutcome outcome) override {
    publisher_.ledger_.Settled(number_, UserAt(position), ReportedOf(outcome.outcome),
                               outcome.reason_code);
    inner_->Settle(chunk, position, outcome);
  }

 protected:
  void Ended() override {
    publisher_.open_.erase(inner_.get());
    publisher_.ledger_.BatchEnded(number_);
    // The last one ends the inner batch, of which this is the publisher.
    const std::size_t chunks = inner_->chunks().size();
    for (std::size_t i = 0; i < chunks; ++i) inner_->ChunkSettled();
  }

 private:
  UserId UserAt(std::uint32_t position) const {
    std::string topic;
    inner_->WriteTopic(position, topic);
    return UserOf(topic).value_or(0);
  }

  const std::shared_ptr<mqtt::Batch> inner_;
  WatchedPublisher& publisher_;
  int number_ = 0;
};

void WatchedPublisher::Publish(const std::shared_ptr<mqtt::Batch>& batch) {
  const auto watched = std::make_shared<WatchedBatch>(batch, *this);
  open_[batch.get()] = watched;
  publisher_.Publish(watched);
}

void WatchedPublisher::Stop(const std::shared_ptr<mqtt::Batch>& batch) {
  const auto open = open_.find(batch.get());
  if (open == open_.end()) return;
  const auto watched = open->second.lock();
  if (watched == nullptr) return;
  ledger_.StopAsked(watched->number());
  publisher_.Stop(watched);
}

}  // namespace dino::simulator
