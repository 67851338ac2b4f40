#include "server/fanout/keyed_publisher.h"

#include <numeric>
#include <string>

#include "tests/unit/fanout/keyed_publisher_fixture.h"

namespace dino::fanout {
namespace {

using ::testing::ElementsAre;

TEST(IdempotencyOptionsTest, DefaultsAreThoseOfTheSettings) {
  const IdempotencyOptions options;
  EXPECT_EQ(options.memory, 83886080U);
  EXPECT_EQ(options.finished_events(), 1310720U);
  EXPECT_EQ(options.window, std::chrono::minutes(10));
}

TEST_F(KeyedPublisherTest, TheFirstCallPublishesToAll) {
  const TestCall call = Publish();
  const auto batch = publisher_.WaitForBatch();
  EXPECT_EQ(batch->options().user_properties.front().second, TextOf(IdOf("key")));
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});

  EXPECT_EQ(call.answer->failure(), Failure::kNone);
  EXPECT_EQ(call.answer->event_id, TextOf(IdOf("key")));
  EXPECT_EQ(call.answer->recipients, Users({1, 2, 3}));
  EXPECT_EQ(call.answer->summary.acknowledged_count, 3U);
  EXPECT_EQ(call.answer->summary.no_subscriber_count, 1U);
  EXPECT_FALSE(call.answer->replayed);
}

TEST_F(KeyedPublisherTest, ACompletedEventIsReplayedWithoutABroker) {
  Publish();
  End({1, 2, 3}, {kAcknowledged, kNoSubscriber, kAcknowledged});
  publisher_.set_connected(false);
  const TestCall repeated = Publish();

  EXPECT_EQ(repeated.answer->failure(), Failure::kNone);
  EXPECT_TRUE(repeated.answer->replayed);
  EXPECT_EQ(repeated.answer->event_id, TextOf(IdOf("key")));
  EXPECT_EQ(repeated.answer->summary.acknowledged_count, 3U);
  EXPECT_EQ(repeated.answer->summary.no_subscriber_count, 1U);
  EXPECT_TRUE(repeated.answer->outcomes_forgotten) << "who it was";
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedPublisherTest, ARepeatedCallPublishesOnlyToThoseMissing) {
  const TestCall first = Publish({1, 2, 3, 4, 5});
  End({1, 2, 3, 4, 5}, {kAcknowledged, kUnknown, kNoSubscriber, kNotSent, kQuota});
  EXPECT_EQ(first.answer->failure(), Failure::kBusy);
  EXPECT_EQ(first.answer->summary.acknowledged_count, 2U);
  const TestCall second = Publish({1, 2, 3, 4, 5});
  End({2, 4, 5}, {kAcknowledged, kUnknown, kAcknowledged});
  EXPECT_EQ(second.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(second.answer->summary.acknowledged_count, 4U);
  EXPECT_EQ(second.answer->summary.no_subscriber_count, 1U);
  EXPECT_THAT(OutcomesOf(*second.answer),
              ElementsAre(Outcome::kAcknowledged, Outcome::kAcknowledged, Outcome::kNoSubscriber,
                          Outcome::kUnknown, Outcome::kAcknowledged));
  const TestCall third = Publish({1, 2, 3, 4, 5});
  EXPECT_EQ(publisher_.WaitForBatch()->options().user_properties.front().second,
            TextOf(IdOf("key")));
  End({4}, {kAcknowledged});
  EXPECT_EQ(third.answer->failure(), Failure::kNone);
  EXPECT_EQ(third.answer->summary.acknowledged_count, 5U);
  EXPECT_EQ(third.answer->recipients, Users({1, 2, 3, 4, 5}));
  EXPECT_FALSE(third.answer->replayed);
}

TEST_F(KeyedPublisherTest, AKeyWithAnotherEventIsRefused) {
  const TestCall first = Publish();
  EXPECT_EQ(Publish({1, 2}).answer->refusal(), Refusal::kKeyReused) << "while it runs";
  End({1, 2, 3}, {kAcknowledged, kAcknowledged, kUnknown});
  publisher_.set_connected(false);
  EXPECT_EQ(Publish({1, 2}).answer->refusal(), Refusal::kKeyReused) << "after it failed";
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(KeyedPublisherTest, TheOrderOfTheRecipientsDoesNotMatter) {
  Publish({1, 2, 3});
  const TestCall joined = Publish({3, 1, 2});
  EXPECT_FALSE(joined.answer->given());
  End({1, 2, 3}, {kAcknowledged, kUnknown, kAcknowledged});
  End({2}, {kUnknown});
  EXPECT_EQ(joined.answer->summary.acknowledged_count, 2U);
  const TestCall repeated = Publish({2, 3, 1});
  End({2}, {kAcknowledged});
  EXPECT_EQ(repeated.answer->recipients, Users({2, 3, 1}));
  EXPECT_EQ(repeated.answer->failure(), Failure::kNone);
  EXPECT_TRUE(Publish({3, 2, 1}).answer->replayed);
}

TEST_F(KeyedPublisherTest, AnEventThatReachedNobodyKeepsItsKey) {
  Publish({1, 2});
  End({1, 2}, {kUnknown, kNotSent});
  EXPECT_EQ(Publish({1}).answer->refusal(), Refusal::kKeyReused);
}

TEST_F(KeyedPublisherTest, CountsWhatItKnowsAndSpares) {
  Publish("a", EventFor({1}));
  Publish("a", EventFor({1}));
  EXPECT_EQ(keyed_.figures().waiting, 1U);
  EXPECT_EQ(keyed_.figures().held, 1U);
  End({1}, {kAcknowledged});
  Publish("a", EventFor({1}));
  Publish("b", EventFor({1, 2}));
  End({1, 2}, {kAcknowledged, kUnknown});
  Publish("b", EventFor({1, 2}));
  const KeyedPublisher::Figures figures = keyed_.figures();
  EXPECT_EQ(figures.held, 2U);
  EXPECT_EQ(figures.replays, 1U);
  EXPECT_EQ(figures.joins, 1U);
  EXPECT_EQ(figures.waiting, 0U);
  EXPECT_EQ(figures.forgotten_early, 0U);
  EXPECT_EQ(direct_.meter().resumed(), 1U);
}

TEST_F(KeyedPublisherTest, PassesOnWhatHasNoKey) {
  TestCall call;
  call.handle = keyed_.Publish(EventFor({1}),
                               [answer = call.answer](const auto& result) { answer->Set(result); });
  EXPECT_EQ(keyed_.WouldRefuse(EventFor(Users(kMaxPublications, 1))), Refusal::kOverloaded);
  keyed_.Stop(call.handle);
  EXPECT_EQ(call.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(keyed_.figures().held, 0U);
}

TEST_F(KeyedPublisherTest, DifferentKeysAreDifferentEvents) {
  Publish("a", EventFor({1}));
  Publish("b", EventFor({1}));
  EXPECT_EQ(publisher_.published_count(), 2U);
}

TEST_F(KeyedPublisherTest, ACallTakesRoomOnlyForMissingRecipients) {
  Users users(kMaxPublications);
  std::iota(users.begin(), users.end(), 1);
  std::vector<PublicationOutcome> outcomes(kMaxPublications, kAcknowledged);
  outcomes[17] = kUnknown;
  Publish(users);
  const TestCall joined = Publish(users);
  EXPECT_FALSE(joined.answer->given());
  publisher_.set_connected(false);
  End(users, outcomes);
  EXPECT_EQ(joined.answer->failure(), Failure::kUnreachable) << "it was to take over";
  EXPECT_EQ(joined.answer->summary.acknowledged_count, kMaxPublications - 1);
  EXPECT_NE(joined.answer->resume_token, "");
  publisher_.set_connected(true);
  Publish(users);
  EXPECT_TRUE(HasRoomFor(kMaxPublications - 1));
  EXPECT_FALSE(HasRoomFor(kMaxPublications));
  End({18}, {kAcknowledged});
  EXPECT_TRUE(HasRoomFor(kMaxPublications));
}

TEST_F(KeyedPublisherTest, TheNamesOfTopicsTakeRoomTwice) {
  Event event = EventFor({});
  event.recipients = Recipients::OfTopics({std::string(kMaxBytes / 3, 'a')});
  const TestCall call = Publish("key", std::move(event));
  EXPECT_FALSE(HasRoomFor(1, kMaxBytes / 3));
  publisher_.End(publisher_.WaitForBatch(), kAcknowledged);
  EXPECT_EQ(call.answer->failure(), Failure::kNone);
  EXPECT_TRUE(HasRoomFor(1, kMaxBytes / 3));
}

TEST_F(KeyedPublisherTest, ARefusedCallLeavesNoTrace) {
  publisher_.set_connected(false);
  EXPECT_EQ(Publish({1}).answer->refusal(), Refusal::kUnreachable);
  publisher_.set_connected(true);
  EXPECT_EQ(Publish(Users(kMaxPublications + 1, 1)).answer->refusal(), Refusal::kOverloaded);
  Publish({1, 2});
  End({1, 2}, {kAcknowledged, kAcknowledged});
}

TEST_F(KeyedPublisherTest, ABatchHasTheOptionsOfItsCall) {
  Event event = EventFor({1});
  event.lane = 7;
  event.qos = mqtt::Qos::kAtMostOnce;
  event.overlays = std::make_shared<const Overlays>(Overlays{{1, R"("a":1)"}});
  event.json = R"({"b":2})";
  Publish("key", std::move(event));
  const auto batch = publisher_.WaitForBatch();
  EXPECT_EQ(batch->options().lane, 7U);
  EXPECT_EQ(batch->options().qos, mqtt::Qos::kAtMostOnce);
  EXPECT_EQ(batch->options().user_properties[1].second, "message");
  std::string scratch;
  EXPECT_EQ(batch->PayloadOf(0, scratch), R"({"b":2,"a":1})");
}

TEST_F(KeyedPublisherTest, TakesMemoryForTheWholeList) {
  Publish({1, 2, 3, 4});
  End({1, 2, 3, 4}, {kAcknowledged, kAcknowledged, kAcknowledged, kUnknown});
  Publish("key", EventFor({1, 2, 3, 4}), 100);
  EXPECT_EQ(direct_.admission().pending_bytes(),
            Admission::kBytesPerEvent + 100 + std::size_t{4} * 8 +
                4 * (8 + 4 + sizeof(mqtt::PublicationOutcome)));
}

TEST_F(KeyedPublisherTest, AnEndedCallIsReleased) {
  std::weak_ptr<PublishedEvent> ended_later = Publish("a", EventFor({1})).handle;
  EXPECT_FALSE(ended_later.expired());
  End({1}, {kAcknowledged});
  EXPECT_TRUE(ended_later.expired());
  publisher_.AcknowledgeAtOnce();
  const std::weak_ptr<PublishedEvent> ended_at_once = Publish("b", EventFor({1})).handle;
  EXPECT_TRUE(ended_at_once.expired());
}

TEST_F(KeyedPublisherTest, ADryRunNamesTheRefusalOfTheCall) {
  const auto would_refuse = [this](const std::string& key, Users users, std::size_t bytes = 10) {
    return keyed_.WouldRefuse(Keyed(key, EventFor(std::move(users)), bytes));
  };
  EXPECT_EQ(would_refuse("key", {1, 2, 3}), std::nullopt);
  EXPECT_EQ(would_refuse("key", {1, 2, 3}, kMaxBytes), Refusal::kOverloaded);
  Publish();
  EXPECT_EQ(would_refuse("key", {1, 2}), Refusal::kKeyReused);
  publisher_.set_connected(false);
  EXPECT_EQ(would_refuse("key", {1, 2, 3}), std::nullopt) << "it would join";
  EXPECT_EQ(would_refuse("other", {1}), Refusal::kUnreachable);
  End({1, 2, 3}, {kAcknowledged, kUnknown, kAcknowledged});
  EXPECT_EQ(would_refuse("key", {1, 2, 3}), Refusal::kUnreachable) << "one is missing";
  publisher_.set_connected(true);
  Publish();
  End({2}, {kAcknowledged});
  publisher_.set_connected(false);
  EXPECT_EQ(would_refuse("key", {1, 2, 3}), std::nullopt) << "all are known";
  EXPECT_EQ(publisher_.published_count(), 2U);
}

TEST_F(KeyedPublisherTest, ADryRunNeedsRoomOnlyForMissingRecipients) {
  Users users(kMaxPublications);
  std::iota(users.begin(), users.end(), 1);
  std::vector<mqtt::PublicationOutcome> outcomes(kMaxPublications, kAcknowledged);
  outcomes[0] = kUnknown;
  Publish("key", EventFor(users));
  End(users, outcomes);
  Publish("other", EventFor(Users(users.begin() + 1, users.end())));
  const Event repeated = EventFor(users);
  EXPECT_EQ(keyed_.WouldRefuse(Keyed("key", repeated)), std::nullopt);
  EXPECT_EQ(keyed_.WouldRefuse(Keyed("new", repeated)), Refusal::kOverloaded);
}

TEST_F(KeyedPublisherTest, WhatTheBrokerClosedOnIsRefusedWhateverItSaid) {
  for (const auto& [code, failure] : {std::pair(std::uint8_t{0}, Failure::kRefused),
                                      std::pair(std::uint8_t{0x97}, Failure::kRefused),
                                      std::pair(std::uint8_t{0x87}, Failure::kNotAuthorized)}) {
    const TestCall call = Publish(std::to_string(code), EventFor({1}));
    const auto batch = publisher_.WaitForBatch();
    batch->Explain(0, {code, "closed the connection"});
    batch->AddKill(code);
    End({1}, {{Outcome::kRejected, code, false}});
    EXPECT_EQ(call.answer->failure(), failure);
    EXPECT_EQ(call.answer->summary.reason_string, "closed the connection");
  }
}

TEST_F(KeyedPublisherTest, OnlyTheCodeOfTheFailureIsExplained) {
  const TestCall failed = Publish();
  auto batch = publisher_.WaitForBatch();
  batch->Explain(0, {0x97, "slow down"});
  batch->Explain(1, {0x87, "not yours"});
  End({1, 2, 3}, {kQuota, kNotAuthorized, kAcknowledged});
  EXPECT_EQ(failed.answer->summary.reason_string, "not yours");
  const TestCall repeated = Publish();
  batch = publisher_.WaitForBatch();
  batch->Explain(0, {0x97, "slow down"});
  End({1, 2}, {kAcknowledged, kAcknowledged});
  EXPECT_EQ(repeated.answer->failure(), Failure::kNone);
  EXPECT_EQ(repeated.answer->summary.reason_string, "");
}

}  // namespace
}  // namespace dino::fanout
