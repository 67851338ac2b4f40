// Keyed events of which another server has told the caller something.
#include "tests/unit/fanout/keyed_publisher_fixture.h"

namespace dino::fanout {
namespace {

using KeyedTokensTest = KeyedPublisherTest;

TEST_F(KeyedTokensTest, WithATokenAnotherServerCompletesTheEvent) {
  const TestCall failed = Publish({1, 2, 3});
  End({1, 2, 3}, {kAcknowledged, kUnknown, kNoSubscriber});
  KeyedPublisher other(direct_, direct_.admission(), {});
  Event event = Keyed("key", EventFor({3, 2, 1}));
  ASSERT_TRUE(Resume(failed.answer->resume_token, event));
  TestCall repeated;
  repeated.handle =
      other.Publish(event, [answer = repeated.answer](const auto& result) { answer->Set(result); });
  End({2}, {kAcknowledged});
  EXPECT_EQ(repeated.answer->failure(), Failure::kNone);
  EXPECT_EQ(repeated.answer->event_id, failed.answer->event_id);
  EXPECT_EQ(repeated.answer->summary.acknowledged_count, 3U);
  EXPECT_EQ(repeated.answer->summary.no_subscriber_count, 1U);
  EXPECT_FALSE(repeated.answer->replayed);
  EXPECT_EQ(other.figures().held, 1U);
}

TEST_F(KeyedTokensTest, ATokenOfACallThatItJoinsCountsWhenItTakesOver) {
  Event event = Keyed("key", EventFor({3, 2, 1}));
  Acknowledgements known(3);
  known.Add(0, Outcome::kAcknowledged);
  event.earlier = known;
  Publish({1, 2, 3});
  const TestCall joined = Publish("key", event);
  End({1, 2, 3}, {kAcknowledged, kUnknown, kUnknown});
  End({2}, {kAcknowledged});
  EXPECT_EQ(joined.answer->failure(), Failure::kNone);
}

TEST_F(KeyedTokensTest, ATokenThatNamesAllIsAnsweredWithoutABroker) {
  publisher_.set_connected(false);
  Event event = EventFor({1, 2});
  event.earlier = Acknowledgements({kAcknowledged, kNoSubscriber});
  EXPECT_EQ(keyed_.WouldRefuse(Keyed("key", event)), std::nullopt);
  const TestCall call = Publish("key", event);
  EXPECT_TRUE(call.answer->replayed);
  EXPECT_EQ(OutcomesOf(*call.answer),
            (std::vector<Outcome>{Outcome::kAcknowledged, Outcome::kNoSubscriber}));
  EXPECT_TRUE(Publish({1, 2}).answer->replayed) << "and is known from then on";
}

TEST_F(KeyedTokensTest, ACallThatIsRefusedHandsOutWhatEarlierOnesHaveReached) {
  Publish({1, 2});
  End({1, 2}, {kAcknowledged, kUnknown});
  publisher_.set_connected(false);
  const TestCall refused = Publish({1, 2});
  EXPECT_EQ(refused.answer->failure(), Failure::kUnreachable);
  Event event = Keyed("key", EventFor({1, 2}));
  ASSERT_TRUE(Resume(refused.answer->resume_token, event));
  EXPECT_EQ(event.missing_count(), 1U);
  publisher_.set_connected(true);
  EXPECT_EQ(Publish("key", EventFor({1, 2}), kMaxBytes).answer->failure(), Failure::kOverloaded);
  EXPECT_EQ(Publish("new", EventFor({1, 2}), kMaxBytes).answer->refusal(), Refusal::kOverloaded);
}

TEST_F(KeyedTokensTest, AJoinedCallLosesNothingThatItsTokenNamed) {
  Event event = EventFor({1, 2, 3});
  Acknowledgements known(3);
  known.Add(0, Outcome::kAcknowledged);
  event.earlier = known;
  Publish({1, 2, 3});
  const TestCall joined = Publish("key", event);
  End({1, 2, 3}, {kUnknown, kNotAuthorized, kAcknowledged});
  EXPECT_EQ(joined.answer->failure(), Failure::kNotAuthorized);
  EXPECT_EQ(joined.answer->summary.acknowledged_count, 2U);
  Event repeated = Keyed("key", EventFor({1, 2, 3}));
  ASSERT_TRUE(Resume(joined.answer->resume_token, repeated));
  EXPECT_EQ(repeated.missing_count(), 1U);
}

}  // namespace
}  // namespace dino::fanout
