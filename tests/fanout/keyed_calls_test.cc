#include "server/fanout/keyed_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/fanout/event_id.h"
#include "server/fanout/fanout.h"
#include "tests/testing/fake_publisher.h"
#include "tests/testing/patience.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using mqtt::Settlement;
using ::testing::ElementsAre;

using Users = std::vector<std::int64_t>;

constexpr Settlement kAcknowledged{Outcome::kAcknowledged, 0, false};
constexpr Settlement kNoSubscriber{Outcome::kAcknowledged, 0x10, false};
constexpr Settlement kNotSent{Outcome::kNotSent, 0, false};
constexpr Settlement kUnknown{Outcome::kUnknown, 0, false};
constexpr Settlement kUnreachable{Outcome::kNotSent, 0, true};
constexpr Settlement kQuota{Outcome::kRejected, 0x97, false};
constexpr Settlement kNotAuthorized{Outcome::kRejected, 0x87, false};

// What a call got.
class Answer {
 public:
  void Set(const KeyedAnswer& answer) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (const auto* refusal = std::get_if<Refusal>(&answer)) {
      refusal_ = *refusal;
    } else {
      const Ending& ending = std::get<Ending>(answer);
      event_id = ending.event_id;
      recipients = ending.recipients;
      settlements = ending.settlements;
      report = ending.report;
      replayed = ending.replayed;
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
    return report.failure;
  }

  std::string event_id;
  Users recipients;
  std::vector<Settlement> settlements;
  DeliveryReport report;
  bool replayed = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::optional<Refusal> refusal_;
};

struct TestCall {
  std::shared_ptr<Answer> answer = std::make_shared<Answer>();
  std::shared_ptr<KeyedCall> handle;
};

class KeyedCallsTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kMaxPublications = 100;
  static constexpr std::size_t kMaxBytes = 100000;

  static Event EventFor(Users recipients) {
    Event event;
    event.type = "message";
    event.json = "{}";
    event.recipients = std::move(recipients);
    event.deadline = mqtt::Clock::now() + std::chrono::hours(1);
    return event;
  }

  TestCall Publish(const std::string& key, Event event, std::size_t bytes = 10) {
    TestCall call;
    call.handle = fanout_.keyed_calls().Publish(
        key, std::move(event), bytes,
        [answer = call.answer](const KeyedAnswer& content) { answer->Set(content); });
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
  // Ends the open batch, after checking whom it is for.
  void End(const Users& users, const std::vector<Settlement>& settlements) {
    const auto batch = publisher_.WaitForBatch();
    EXPECT_EQ(UsersOf(*batch), users);
    publisher_.End(batch, settlements);
  }

  static std::vector<Outcome> OutcomesOf(const Answer& answer) {
    std::vector<Outcome> outcomes;
    for (const Settlement& settlement : answer.settlements) outcomes.push_back(settlement.outcome);
    return outcomes;
  }

  bool HasRoomFor(std::size_t publications, std::size_t bytes) {
    return std::holds_alternative<Admission::Ticket>(fanout_.Admit(publications, bytes));
  }

  // One session: the recipients of a batch keep the order of the request.
  testing::FakePublisher publisher_{1};
  Fanout fanout_{
      publisher_,
      *TopicTemplate::Parse("dms/{environment}/{user_id}", "test"),
      {std::chrono::seconds(100), kMaxPublications, kMaxBytes, {4, std::chrono::hours(1)}}};
};

TEST_F(KeyedCallsTest, TheFirstCallPublishesToAll) {
  const TestCall call = Publish();
  const auto batch = publisher_.WaitForBatch();
  EXPECT_EQ(batch->options().user_properties.front().second, EventIdOf("key"));
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});

  EXPECT_EQ(call.answer->failure(), Failure::kNone);
  EXPECT_EQ(call.answer->event_id, EventIdOf("key"));
  EXPECT_EQ(call.answer->recipients, Users({1, 2, 3}));
  EXPECT_EQ(call.answer->report.acknowledged_count, 3U);
  EXPECT_EQ(call.answer->report.no_subscriber_count, 1U);
  EXPECT_FALSE(call.answer->replayed);
}

TEST_F(KeyedCallsTest, ACompletedEventIsReplayedWithoutABroker) {
  Publish();
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});
  publisher_.set_connected(false);
  const TestCall repeated = Publish();

  EXPECT_EQ(repeated.answer->failure(), Failure::kNone);
  EXPECT_TRUE(repeated.answer->replayed);
  EXPECT_EQ(repeated.answer->event_id, EventIdOf("key"));
  EXPECT_EQ(repeated.answer->report.acknowledged_count, 3U);
  EXPECT_EQ(repeated.answer->report.no_subscriber_count, 1U);
  EXPECT_EQ(repeated.answer->settlements[1].reason_code, 0x10);
  EXPECT_EQ(repeated.answer->settlements[2].reason_code, 0);
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedCallsTest, ARepeatedCallPublishesOnlyToThoseMissing) {
  const TestCall first = Publish({1, 2, 3, 4, 5});
  End({1, 2, 3, 4, 5}, {kAcknowledged, kUnknown, kNoSubscriber, kNotSent, kQuota});
  EXPECT_EQ(first.answer->failure(), Failure::kBusy);
  EXPECT_EQ(first.answer->report.acknowledged_count, 2U);
  const TestCall second = Publish({1, 2, 3, 4, 5});
  End({2, 4, 5}, {kAcknowledged, kUnknown, kAcknowledged});
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(second.answer->report.acknowledged_count, 4U);
  EXPECT_EQ(second.answer->report.no_subscriber_count, 1U);
  EXPECT_THAT(OutcomesOf(*second.answer),
              ElementsAre(Outcome::kAcknowledged, Outcome::kAcknowledged, Outcome::kAcknowledged,
                          Outcome::kUnknown, Outcome::kAcknowledged));
  const TestCall third = Publish({1, 2, 3, 4, 5});
  EXPECT_EQ(publisher_.WaitForBatch()->options().user_properties.front().second, EventIdOf("key"));
  End({4}, {kAcknowledged});
  EXPECT_EQ(third.answer->failure(), Failure::kNone);
  EXPECT_EQ(third.answer->report.acknowledged_count, 5U);
  EXPECT_EQ(third.answer->recipients, Users({1, 2, 3, 4, 5}));
  EXPECT_FALSE(third.answer->replayed);
}

TEST_F(KeyedCallsTest, AKeyWithAnotherEventIsRefused) {
  const TestCall first = Publish();
  EXPECT_EQ(Publish({1, 2}).answer->refusal(), Refusal::kKeyReused) << "while it runs";
  End({1, 2, 3}, {kAcknowledged, kAcknowledged, kUnknown});
  publisher_.set_connected(false);
  EXPECT_EQ(Publish({1, 2}).answer->refusal(), Refusal::kKeyReused) << "after it failed";
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedCallsTest, OtherKeysAreOtherEvents) {
  Publish("a", EventFor({1}));
  Publish("b", EventFor({1}));
  EXPECT_EQ(publisher_.published_count(), 2U);
}

TEST_F(KeyedCallsTest, CallsThatComeMeanwhileGetTheSameAnswer) {
  const TestCall first = Publish();
  const TestCall second = Publish();
  const TestCall third = Publish();
  EXPECT_FALSE(second.answer->given());
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});
  for (const TestCall* call : {&first, &second, &third}) {
    EXPECT_EQ(call->answer->failure(), Failure::kNone);
    EXPECT_EQ(call->answer->report.acknowledged_count, 3U);
    EXPECT_EQ(call->answer->settlements[1].reason_code, 0x10);
    EXPECT_FALSE(call->answer->replayed);
  }
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedCallsTest, AFailureThatTimeDoesNotCureIsSharedToo) {
  Publish();
  const TestCall joined = Publish();
  End({1, 2, 3}, {kAcknowledged, kNotAuthorized, kUnknown});
  EXPECT_EQ(joined.answer->failure(), Failure::kNotAuthorized);
  EXPECT_EQ(joined.answer->report.acknowledged_count, 1U);
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedCallsTest, TheFirstJoinedCallTakesOverWhatIsMissing) {
  for (const auto& [key, settlement, failure] :
       {std::tuple("time up", kUnknown, Failure::kTimeUp),
        std::tuple("unreachable", kUnreachable, Failure::kUnreachable),
        std::tuple("busy", kQuota, Failure::kBusy)}) {
    SCOPED_TRACE(key);
    const TestCall first = Publish(key, EventFor({1, 2, 3}));
    Event event = EventFor({1, 2, 3});
    event.deadline = mqtt::Clock::now() + std::chrono::minutes(1);
    event.traceparent = "00-2-2-00";
    event.expiry = std::chrono::seconds(7);
    const auto expires_at = event.accepted_at + *event.expiry;
    const TestCall second = Publish(key, std::move(event));
    const TestCall third = Publish(key, EventFor({1, 2, 3}));
    End({1, 2, 3}, {kAcknowledged, settlement, kAcknowledged});
    EXPECT_EQ(first.answer->failure(), failure);
    EXPECT_FALSE(second.answer->given());

    const auto batch = publisher_.WaitForBatch();
    EXPECT_EQ(batch->payload(), "{}");
    EXPECT_EQ(batch->options().expires_at, expires_at);
    EXPECT_EQ(batch->options().deadline, expires_at);
    EXPECT_EQ(batch->options().user_properties.front().second, EventIdOf(key));
    EXPECT_EQ(batch->options().user_properties.back().second, "00-2-2-00");
    End({2}, {kAcknowledged});
    EXPECT_EQ(second.answer->failure(), Failure::kNone);
    EXPECT_EQ(second.answer->report.acknowledged_count, 3U);
    EXPECT_EQ(third.answer->failure(), Failure::kNone);
  }
}

TEST_F(KeyedCallsTest, StoppingThePublishingCallHandsOver) {
  const TestCall first = Publish();
  const TestCall second = Publish();
  fanout_.keyed_calls().Stop(first.handle);
  EXPECT_EQ(first.answer->failure(), Failure::kTimeUp);
  EXPECT_FALSE(second.answer->given());
  fanout_.keyed_calls().Stop(first.handle);
  fanout_.keyed_calls().Stop(second.handle);
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  publisher_.WaitForNoBatch();
}

TEST_F(KeyedCallsTest, StoppingAJoinedCallEndsItAlone) {
  const TestCall first = Publish();
  End({1, 2, 3}, {kAcknowledged, kUnknown, kUnknown});
  const TestCall second = Publish();
  const TestCall third = Publish();
  fanout_.keyed_calls().Stop(third.handle);
  EXPECT_EQ(third.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(third.answer->report.acknowledged_count, 1U);
  EXPECT_THAT(OutcomesOf(*third.answer),
              ElementsAre(Outcome::kAcknowledged, Outcome::kUnknown, Outcome::kUnknown));
  EXPECT_FALSE(second.answer->given());
  End({2, 3}, {kAcknowledged, kAcknowledged});
  EXPECT_EQ(second.answer->failure(), Failure::kNone);
}

TEST_F(KeyedCallsTest, AJoinedCallEndsAtItsOwnDeadline) {
  const TestCall first = Publish();
  Event later = EventFor({1, 2, 3});
  later.deadline = mqtt::Clock::now() + std::chrono::milliseconds(40);
  const TestCall second = Publish("key", std::move(later));
  Event soon = EventFor({1, 2, 3});
  soon.deadline = mqtt::Clock::now() + std::chrono::milliseconds(20);
  const TestCall third = Publish("key", std::move(soon));
  EXPECT_EQ(third.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  EXPECT_FALSE(first.answer->given());
  End({1, 2, 3}, {kAcknowledged, kAcknowledged, kAcknowledged});
  EXPECT_EQ(first.answer->failure(), Failure::kNone);
}

TEST_F(KeyedCallsTest, ACallTakesRoomOnlyForWhatItPublishes) {
  Users users(kMaxPublications);
  std::iota(users.begin(), users.end(), 1);
  std::vector<Settlement> settlements(kMaxPublications, kAcknowledged);
  settlements[17] = kUnknown;
  Publish(users);
  const TestCall joined = Publish(users);
  EXPECT_FALSE(joined.answer->given());
  publisher_.set_connected(false);
  End(users, settlements);
  EXPECT_EQ(joined.answer->refusal(), Refusal::kUnreachable) << "it was to take over";
  publisher_.set_connected(true);
  Publish(users);
  EXPECT_TRUE(HasRoomFor(kMaxPublications - 1, 0));
  EXPECT_FALSE(HasRoomFor(kMaxPublications, 0));
  End({18}, {kAcknowledged});
  EXPECT_TRUE(HasRoomFor(kMaxPublications, 0));
}

TEST_F(KeyedCallsTest, JoinedCallsTakeRoomForTheirRequests) {
  Publish("key", EventFor({1}), kMaxBytes / 2);
  const TestCall joined = Publish("key", EventFor({1}), kMaxBytes / 3);
  EXPECT_EQ(Publish("key", EventFor({1}), kMaxBytes / 3).answer->refusal(), Refusal::kOverloaded);
  EXPECT_FALSE(HasRoomFor(1, kMaxBytes / 3));
  fanout_.keyed_calls().Stop(joined.handle);
  EXPECT_TRUE(HasRoomFor(1, kMaxBytes / 3));
}

TEST_F(KeyedCallsTest, ARefusedCallLeavesNoTrace) {
  publisher_.set_connected(false);
  EXPECT_EQ(Publish({1}).answer->refusal(), Refusal::kUnreachable);
  publisher_.set_connected(true);
  EXPECT_EQ(Publish(Users(kMaxPublications + 1, 1)).answer->refusal(), Refusal::kOverloaded);
  Publish({1, 2});
  End({1, 2}, {kAcknowledged, kAcknowledged});
}

TEST_F(KeyedCallsTest, RefusesANewKeyWhenAllThatIsRememberedRuns) {
  for (const char* key : {"a", "b", "c", "d"}) Publish(key, EventFor({1}));
  EXPECT_EQ(Publish("e", EventFor({1})).answer->refusal(), Refusal::kOverloaded);
  End({1}, {kAcknowledged});
  EXPECT_FALSE(Publish("e", EventFor({1})).answer->given());
  EXPECT_EQ(publisher_.published_count(), 5U);
}

}  // namespace
}  // namespace dino::fanout
