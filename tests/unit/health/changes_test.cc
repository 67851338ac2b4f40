#include "server/health/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/health/facts_of.h"

namespace dino::health::health_test {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Field;
using ::testing::IsEmpty;

auto Says(const char* text) { return Field(&Change::text, text); }

auto IsOf(const char* kind) { return Field(&Change::kind, Eq(kind)); }

// Both brokers, of which the second is lost.
Facts OneLost() { return FactsOf({GoodBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)}); }

TEST(ChangesTest, WithoutAChangeThereIsNothingToSay) {
  EXPECT_THAT(DescribeChanges(Judge(GoodFacts()), Judge(GoodFacts()), kNow), IsEmpty());
  EXPECT_THAT(DescribeChanges(Health(), Judge(GoodFacts()), kNow), IsEmpty()) << "at the start";
}

TEST(ChangesTest, AProblemBeginsWhenItDidAndEndsNow) {
  const Health good = Judge(GoodFacts());
  const Health bad = Judge(OneLost());
  const auto began = DescribeChanges(good, bad, kNow);
  ASSERT_THAT(began, ElementsAre(Says("Broker b:1883: cannot be reached: connection refused.")));
  EXPECT_EQ(began[0].at, kBefore);
  EXPECT_EQ(began[0].verdict, Verdict::kDegraded);
  EXPECT_EQ(began[0].kind, "broker_lost");
  EXPECT_EQ(began[0].subject, "b:1883");
  const auto ended = DescribeChanges(bad, good, kNow);
  ASSERT_THAT(ended, ElementsAre(Says("Broker b:1883 is connected again, after 1 min.")));
  EXPECT_EQ(ended[0].at, kNow);
  EXPECT_EQ(ended[0].verdict, Verdict::kGood);
}

TEST(ChangesTest, AProblemThatTurnsIntoAWorseOneHasNotEnded) {
  const Health bad = Judge(OneLost());
  const Health worse = Judge(FactsOf({LostBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)}));
  const auto changes = DescribeChanges(bad, worse, kNow);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, "no_broker");
  EXPECT_EQ(changes[0].verdict, Verdict::kDown);
}

TEST(ChangesTest, AProblemThatAWorseOneHasHiddenBeginsAgainWithoutAnEnd) {
  Facts facts = GoodFacts();
  facts.recent_brokers[1].puback_time = std::chrono::seconds(2);
  const Health slow = Judge(facts);
  const Health lost = Judge(OneLost());
  EXPECT_THAT(DescribeChanges(slow, lost, kNow), ElementsAre(IsOf("broker_lost")));
  EXPECT_THAT(DescribeChanges(lost, slow, kNow),
              ElementsAre(IsOf("broker_lost"), IsOf("broker_slow")));
}

TEST(ChangesTest, WithoutAnyBrokerNothingHasEndedWhenOneIsRemoved) {
  Facts facts = FactsOf({LostBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)});
  const Health before = Judge(facts);
  facts.brokers[1].present = false;
  const Health after = Judge(facts);
  EXPECT_THAT(DescribeChanges(before, after, kNow),
              ElementsAre(Says("Broker b:1883 is gone from the addresses of its name.")));
  facts.brokers[0] = GoodBroker("a:1883", 1);
  EXPECT_THAT(DescribeChanges(after, Judge(facts), kNow),
              ElementsAre(Says("Events go out again, after 1 min.")));
}

TEST(ChangesTest, EventsDoNotGoOutAgainToABrokerThatAcknowledgesNothing) {
  const Health before = Judge(FactsOf({LostBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)}));
  Facts facts = FactsOf({GoodBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)});
  facts.brokers[0].left = true;
  facts.brokers[0].left_since = kNow;
  for (const Change& change : DescribeChanges(before, Judge(facts), kNow)) {
    EXPECT_NE(change.verdict, Verdict::kGood) << change.text;
  }
}

TEST(ChangesTest, AnOldProblemThatGetsWorseIsSaidNow) {
  Facts facts = GoodFacts();
  facts.recent.rejected = facts.recent.rejected_since_acknowledged = 9;
  const Health before = Judge(facts);
  facts.recent.rejected = facts.recent.rejected_since_acknowledged = 90;
  facts.recent.failing_looks = 2;
  facts.now = kNow + std::chrono::seconds(1);
  const auto changes = DescribeChanges(before, Judge(facts), facts.now);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].verdict, Verdict::kDown);
  EXPECT_EQ(changes[0].at, facts.now);
}

TEST(ChangesTest, RefusalsAreAnswersToo) {
  Facts facts = GoodFacts();
  facts.recent.failed = 5;
  facts.recent.rejected = 5;
  const Health before = Judge(facts);
  facts.recent.failed = 0;
  EXPECT_THAT(DescribeChanges(before, Judge(facts), kNow),
              ElementsAre(Says("Every publication is answered again, after 0.0 s.")));
}

TEST(ChangesTest, ALossBetweenTwoLooksIsSeen) {
  Facts facts = GoodFacts();
  const Health before = Judge(facts);
  facts.brokers[0].connected_since = kNow;
  const auto changes = DescribeChanges(before, Judge(facts), kNow);
  ASSERT_THAT(changes,
              ElementsAre(Says("Broker a:1883 was lost for a moment and is connected again.")));
  EXPECT_EQ(changes[0].at, kNow);
}

TEST(ChangesTest, BrokersComeAndGo) {
  Facts facts = FactsOf({GoodBroker("a:1883", 1)});
  const Health one = Judge(facts);
  const Health two = Judge(GoodFacts());
  EXPECT_THAT(DescribeChanges(one, two, kNow),
              ElementsAre(Says("Broker b:1883 is among the addresses of its name.")));
  facts = GoodFacts();
  facts.brokers[1].present = false;
  EXPECT_THAT(DescribeChanges(two, Judge(facts), kNow),
              ElementsAre(Says("Broker b:1883 is gone from the addresses of its name.")));
}

}  // namespace
}  // namespace dino::health::health_test
