#include <chrono>
#include <functional>
#include <memory>
#include <tuple>
#include <vector>

#include "tests/unit/fanout/keyed_publisher_fixture.h"

namespace dino::fanout {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using JoinedCallsTest = KeyedPublisherTest;

TEST_F(JoinedCallsTest, ConcurrentCallsGetTheSameResult) {
  const TestCall first = Publish();
  const TestCall second = Publish();
  const TestCall third = Publish();
  EXPECT_FALSE(second.answer->given());
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});
  for (const TestCall* call : {&first, &second, &third}) {
    EXPECT_EQ(call->answer->failure(), Failure::kNone);
    EXPECT_EQ(call->answer->summary.acknowledged_count, 3U);
    EXPECT_EQ(call->answer->outcomes[1].reason_code, 0x10);
    EXPECT_FALSE(call->answer->replayed);
  }
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(JoinedCallsTest, AFailureThatTimeDoesNotCureIsShared) {
  Publish();
  const TestCall joined = Publish();
  publisher_.WaitForBatch()->Explain(1, {0x87, "not yours"});
  End({1, 2, 3}, {kAcknowledged, kNotAuthorized, kUnknown});
  EXPECT_EQ(joined.answer->summary.reason_string, "not yours");
  EXPECT_EQ(joined.answer->failure(), Failure::kNotAuthorized);
  EXPECT_EQ(joined.answer->summary.acknowledged_count, 1U);
  keyed_.Stop(joined.handle);
  EXPECT_EQ(joined.answer->failure(), Failure::kNotAuthorized) << "it has ended already";
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(JoinedCallsTest, TheFirstJoinedCallTakesOverMissingRecipients) {
  for (const auto& [key, outcome, failure] :
       {std::tuple("time up", kUnknown, Failure::kTimeUp),
        std::tuple("unreachable", kUnreachable, Failure::kUnreachable),
        std::tuple("busy", kQuota, Failure::kBusy)}) {
    SCOPED_TRACE(key);
    const TestCall first = Publish(key, EventFor({1, 2, 3}));
    Event event = EventFor({1, 2, 3});
    event.deadline = Clock::now() + std::chrono::minutes(1);
    event.traceparent = "00-2-2-00";
    event.user_properties = {{"device", "2"}};
    event.expiry = std::chrono::seconds(7);
    const auto expires_at = event.accepted_at + *event.expiry;
    const TestCall second = Publish(key, std::move(event));
    const TestCall third = Publish(key, EventFor({1, 2, 3}));
    End({1, 2, 3}, {kAcknowledged, outcome, kAcknowledged});
    EXPECT_EQ(first.answer->failure(), failure);
    EXPECT_FALSE(second.answer->given());

    const auto batch = publisher_.WaitForBatch();
    EXPECT_EQ(batch->payload(), "{}");
    EXPECT_EQ(batch->options().expires_at, expires_at);
    EXPECT_EQ(batch->options().deadline, expires_at);
    EXPECT_THAT(batch->options().user_properties,
                ElementsAre(Pair("event_id", TextOf(IdOf(key))), Pair("event_type", "message"),
                            Pair("traceparent", "00-2-2-00"), Pair("device", "2")));
    End({2}, {kAcknowledged});
    EXPECT_EQ(second.answer->failure(), Failure::kNone);
    EXPECT_EQ(second.answer->summary.acknowledged_count, 3U);
    EXPECT_EQ(third.answer->failure(), Failure::kNone);
  }
}

TEST_F(JoinedCallsTest, StoppingThePublishingCallLetsAJoinedOneTakeOver) {
  const TestCall first = Publish();
  const TestCall second = Publish();
  keyed_.Stop(first.handle);
  EXPECT_EQ(first.answer->failure(), Failure::kTimeUp);
  EXPECT_FALSE(second.answer->given());
  keyed_.Stop(first.handle);
  keyed_.Stop(second.handle);
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  publisher_.WaitForNoBatch();
}

// Shows the test each batch before the call knows it.
class TellingPublisher : public testing::FakePublisher {
 public:
  TellingPublisher() : FakePublisher(1) {}
  void Publish(const std::shared_ptr<mqtt::Batch>& batch) override {
    FakePublisher::Publish(batch);
    if (published_count() == 2) on_second();
  }
  std::function<void()> on_second;
};

TEST(StoppedCallsTest, ACallCanBeStoppedWhileItTakesOver) {
  TellingPublisher publisher;
  DirectPublisher direct(publisher, *TopicTemplate::Parse("{user_id}", "test"), {});
  KeyedPublisher keyed(direct, direct.admission(), {});
  std::vector<std::shared_ptr<PublishedEvent>> calls;
  std::vector<Failure> failures;
  for (int i = 0; i < 2; ++i) {
    Event event;
    event.recipients = {1};
    event.deadline = Clock::now() + std::chrono::hours(1);
    event.id = EventIdOf("caller", "key");
    event.keyed = true;
    calls.push_back(
        keyed.Publish(std::move(event), [&failures](const EventPublisher::Result& answer) {
          failures.push_back(std::get<CallResult>(answer).summary.failure);
        }));
  }
  publisher.on_second = [&] { keyed.Stop(calls[1]); };
  publisher.End(publisher.WaitForBatch(), {kUnknown});
  EXPECT_THAT(failures, ElementsAre(Failure::kTimeUp, Failure::kTimeUp));
  publisher.EndAll();
}

TEST_F(JoinedCallsTest, StoppingAJoinedCallEndsOnlyThatCall) {
  const TestCall first = Publish();
  End({1, 2, 3}, {kAcknowledged, kUnknown, kUnknown});
  const TestCall second = Publish();
  const TestCall third = Publish();
  keyed_.Stop(third.handle);
  EXPECT_EQ(third.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(third.answer->summary.acknowledged_count, 1U);
  EXPECT_THAT(OutcomesOf(*third.answer),
              ElementsAre(Outcome::kAcknowledged, Outcome::kUnknown, Outcome::kUnknown));
  EXPECT_EQ(third.answer->outcomes[1].reason_code, 0) << "no broker answered";
  EXPECT_FALSE(third.answer->outcomes[1].unreachable);
  EXPECT_FALSE(second.answer->given());
  End({2, 3}, {kAcknowledged, kAcknowledged});
  EXPECT_EQ(second.answer->failure(), Failure::kNone);
}

TEST_F(JoinedCallsTest, AJoinedCallEndsAtItsOwnDeadline) {
  const TestCall first = Publish();
  Event later = EventFor({1, 2, 3});
  later.deadline = Clock::now() + std::chrono::milliseconds(200);
  const TestCall second = Publish("key", std::move(later));
  Event soon = EventFor({1, 2, 3});
  soon.deadline = Clock::now() + std::chrono::milliseconds(20);
  const TestCall third = Publish("key", std::move(soon));
  EXPECT_EQ(third.answer->failure(), Failure::kTimeUp);
  // Its deadline is the next one of the timer.
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  EXPECT_FALSE(first.answer->given());
  End({1, 2, 3}, {kAcknowledged, kAcknowledged, kAcknowledged});
  EXPECT_EQ(first.answer->failure(), Failure::kNone);
}

TEST_F(JoinedCallsTest, JoinedCallsTakeRoomForTheirRequests) {
  Publish("key", EventFor({1}), kMaxBytes / 2);
  const TestCall joined = Publish("key", EventFor({1}), kMaxBytes / 3);
  EXPECT_EQ(Publish("key", EventFor({1}), kMaxBytes / 3).answer->refusal(), Refusal::kOverloaded);
  EXPECT_EQ(keyed_.figures().waiting, 1U);
  EXPECT_FALSE(HasRoomFor(1, kMaxBytes / 3));
  keyed_.Stop(joined.handle);
  EXPECT_EQ(keyed_.figures().waiting, 0U);
  EXPECT_TRUE(HasRoomFor(1, kMaxBytes / 3));
}

}  // namespace
}  // namespace dino::fanout
