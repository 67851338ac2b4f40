#ifndef DINO_TESTS_UNIT_FANOUT_KEYED_PUBLISHER_FIXTURE_H_
#define DINO_TESTS_UNIT_FANOUT_KEYED_PUBLISHER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "server/fanout/event_id.h"
#include "server/fanout/keyed_publisher.h"
#include "server/fanout/resume_token.h"
#include "tests/support/mqtt/fake_publisher.h"
#include "tests/support/process/patience.h"

namespace dino::fanout {

using mqtt::Outcome;
using mqtt::PublicationOutcome;

using Users = std::vector<std::int64_t>;

inline constexpr PublicationOutcome kAcknowledged{Outcome::kAcknowledged, 0, false};
inline constexpr PublicationOutcome kNoSubscriber{Outcome::kNoSubscriber, 0x10, false};
inline constexpr PublicationOutcome kNotSent{Outcome::kNotSent, 0, false};
inline constexpr PublicationOutcome kUnknown{Outcome::kUnknown, 0, false};
inline constexpr PublicationOutcome kUnreachable{Outcome::kNotSent, 0, true};
inline constexpr PublicationOutcome kQuota{Outcome::kRejected, 0x97, false};
inline constexpr PublicationOutcome kNotAuthorized{Outcome::kRejected, 0x87, false};

// The result of a call, or its refusal.
class Answer {
 public:
  void Set(const EventPublisher::Result& answer) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (const auto* refusal = std::get_if<Refusal>(&answer)) {
      refusal_ = *refusal;
    } else {
      const auto& result = std::get<CallResult>(answer);
      event_id = result.event_id;
      recipients = result.recipients.user_ids();
      outcomes = result.outcomes;
      summary = result.summary;
      replayed = result.replayed;
      outcomes_forgotten = result.outcomes_forgotten;
      resume_token = std::string(result.resume_token);
    }
    changed_.notify_all();
  }

  bool given() {
    const std::lock_guard lock(mutex_);
    return count_ > 0;
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, testing::kPatience, [this] { return count_ > 0; }));
    EXPECT_EQ(count_, 1) << "answered more than once";
  }
  std::optional<Refusal> refusal() {
    Wait();
    return refusal_;
  }
  Failure failure() {
    Wait();
    EXPECT_FALSE(refusal_.has_value());
    return summary.failure;
  }

  std::string event_id;
  Users recipients;
  std::vector<PublicationOutcome> outcomes;
  ResultSummary summary;
  bool replayed = false;
  bool outcomes_forgotten = false;
  std::string resume_token;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::optional<Refusal> refusal_;
};

struct TestCall {
  std::shared_ptr<Answer> answer = std::make_shared<Answer>();
  std::shared_ptr<PublishedEvent> handle;
};

class KeyedPublisherTest : public ::testing::Test {
 protected:
  // A batch and its call own each other until the batch has ended.
  void TearDown() override { publisher_.EndAll(); }

  static constexpr std::size_t kMaxPublications = 100;
  static constexpr std::size_t kMaxBytes = 400000;

  static Event EventFor(Users recipients) {
    Event event;
    event.type = "message";
    event.json = "{}";
    event.recipients = std::move(recipients);
    event.deadline = Clock::now() + std::chrono::hours(1);
    return event;
  }

  static EventId IdOf(const std::string& key) { return EventIdOf("caller", key); }
  static Event Keyed(const std::string& key, Event event, std::size_t bytes = 10) {
    event.id = IdOf(key);
    event.keyed = true;
    event.content_bytes = bytes;
    return event;
  }

  TestCall Publish(const std::string& key, Event event, std::size_t bytes = 10) {
    TestCall call;
    call.handle = keyed_.Publish(
        Keyed(key, std::move(event), bytes),
        [answer = call.answer](const EventPublisher::Result& content) { answer->Set(content); });
    return call;
  }
  TestCall Publish(Users recipients = {1, 2, 3}) {
    return Publish("key", EventFor(std::move(recipients)));
  }

  static Users UsersOf(mqtt::Batch& batch) {
    Users users;
    for (const mqtt::Chunk& chunk : batch.chunks()) {
      for (std::uint32_t i = chunk.first; i < chunk.first + chunk.count; ++i) {
        std::string topic;
        batch.WriteTopic(i, topic);
        users.push_back(std::stol(topic.substr(topic.rfind('/') + 1)));
      }
    }
    return users;
  }
  // Ends the open batch, after checking its recipients.
  void End(const Users& users, const std::vector<PublicationOutcome>& outcomes) {
    const auto batch = publisher_.WaitForBatch();
    EXPECT_EQ(UsersOf(*batch), users);
    publisher_.End(batch, outcomes);
  }

  static std::vector<Outcome> OutcomesOf(const Answer& answer) {
    std::vector<Outcome> outcomes;
    for (const PublicationOutcome& outcome : answer.outcomes) outcomes.push_back(outcome.outcome);
    return outcomes;
  }

  bool HasRoomFor(std::size_t publications, std::size_t bytes = 0) {
    Event event = EventFor(Users(publications, 1));
    event.content_bytes = bytes;
    return !direct_.WouldRefuse(event).has_value();
  }

  // One session: the recipients of a batch keep the order of the request.
  testing::FakePublisher publisher_{1};
  DirectPublisher direct_{publisher_,
                          *TopicTemplate::Parse("dms/{environment}/{user_id}", "test"),
                          {std::chrono::seconds(100), kMaxPublications, kMaxBytes}};
  KeyedPublisher keyed_{direct_, direct_.admission(), {1048576, std::chrono::hours(1)}};
};

}  // namespace dino::fanout

#endif  // DINO_TESTS_UNIT_FANOUT_KEYED_PUBLISHER_FIXTURE_H_
