#ifndef DINO_TESTS_UNIT_FANOUT_DIRECT_PUBLISHER_FIXTURE_H_
#define DINO_TESTS_UNIT_FANOUT_DIRECT_PUBLISHER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "server/fanout/event_batch.h"
#include "server/fanout/resume_token.h"
#include "tests/support/mqtt/fake_publisher.h"

namespace dino::fanout {

class DirectPublisherTest : public ::testing::Test {
 protected:
  static TopicTemplate Topics() {
    return *TopicTemplate::Parse("dms/{environment}/{user_id}", "test");
  }

  static Event EventFor(std::vector<std::int64_t> recipients) {
    Event event;
    event.type = "message";
    event.json = "{}";
    event.recipients = std::move(recipients);
    event.deadline = Clock::now() + std::chrono::seconds(10);
    return event;
  }

  std::shared_ptr<EventBatch> Publish(Event event) {
    auto published =
        direct_.Publish(std::move(event), [this](const EventPublisher::Result& result) {
          ++done_count_;
          if (const auto* refusal = std::get_if<Refusal>(&result)) {
            refusal_ = *refusal;
            return;
          }
          const auto& answer = std::get<CallResult>(result);
          event_id_ = answer.event_id;
          summary_ = answer.summary;
          outcomes_ = answer.outcomes;
          replayed_ = answer.replayed;
          resume_token_ = std::string(answer.resume_token);
          shares_.assign(answer.shares.begin(), answer.shares.end());
        });
    return std::static_pointer_cast<EventBatch>(published);
  }
  static std::string EventIdIn(const mqtt::Batch& batch) {
    return batch.options().user_properties.front().second;
  }

  // Publishes to users 1, 2 … and ends the event with these outcomes, in that order.
  ResultSummary EndWith(const std::vector<mqtt::PublicationOutcome>& outcomes) {
    std::vector<std::int64_t> users(outcomes.size());
    std::iota(users.begin(), users.end(), 1);
    const auto batch = Publish(EventFor(users));
    std::vector<mqtt::PublicationOutcome> by_position;
    for (std::uint32_t position = 0; position < outcomes.size(); ++position) {
      by_position.push_back(outcomes[UserAt(*batch, position) - 1]);
    }
    publisher_.End(batch, by_position);
    return summary_;
  }

  static std::size_t UserAt(const EventBatch& batch, std::uint32_t position) {
    std::string topic;
    batch.WriteTopic(position, topic);
    return std::stoul(topic.substr(topic.rfind('/') + 1));
  }

  static mqtt::PublicationOutcome Acknowledged(std::uint8_t code = 0) {
    return {mqtt::OutcomeOf(code), code, false};
  }
  static mqtt::PublicationOutcome Rejected(std::uint8_t code) {
    return {mqtt::Outcome::kRejected, code, false};
  }

  testing::FakePublisher publisher_{4};
  DirectPublisher direct_{publisher_, Topics(), {std::chrono::seconds(86400), 100, 100000}};
  std::optional<Refusal> refusal_;
  std::string event_id_;
  bool replayed_ = false;
  std::string resume_token_;
  std::vector<BrokerShare> shares_;
  int done_count_ = 0;
  ResultSummary summary_;
  std::vector<mqtt::PublicationOutcome> outcomes_;
};

}  // namespace dino::fanout

#endif  // DINO_TESTS_UNIT_FANOUT_DIRECT_PUBLISHER_FIXTURE_H_
