#include "server/health/broker_problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/health/facts_of.h"

namespace dino::health::health_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The only problem.
Problem Only(const Facts& facts) {
  const std::vector<Problem> problems = FindBrokerProblems(facts);
  if (problems.size() != 1) {
    ADD_FAILURE() << problems.size() << " problems";
    return {};
  }
  return problems.front();
}

TEST(BrokerProblemsTest, ConnectedBrokersAreNone) {
  EXPECT_THAT(FindBrokerProblems(GoodFacts()), IsEmpty());
}

TEST(BrokerProblemsTest, ALostBrokerIsNamedWithItsReasonItsTimeAndItsUsers) {
  const Problem problem = Only(FactsOf({GoodBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)}));
  EXPECT_EQ(problem.kind, ProblemKind::kBrokerLost);
  EXPECT_EQ(problem.verdict, Verdict::kDegraded);
  EXPECT_EQ(problem.subject, "b:1883");
  EXPECT_EQ(problem.since, kBefore);
  EXPECT_EQ(problem.user_share, 0.52);
  EXPECT_EQ(problem.what, "Broker b:1883: cannot be reached: connection refused.");
  EXPECT_THAT(problem.meaning, HasSubstr("52 % of all, are served by the other brokers"));
  EXPECT_THAT(problem.action, HasSubstr("mqtt-brokers"));
}

TEST(BrokerProblemsTest, UsersWaitBeforeTheyMove) {
  Facts facts = FactsOf({GoodBroker("a:1883", 0.5), LostBroker("b:1883", 0.5)});
  facts.brokers[1].moved_share = 0;
  facts.brokers[1].waiting_share = 0.5;
  EXPECT_THAT(Only(facts).meaning, HasSubstr("wait until the other brokers take over"));
  facts.brokers[1].moved_share = 0.125;
  facts.brokers[1].waiting_share = 0.375;
  EXPECT_THAT(Only(facts).meaning, HasSubstr("13 % of all users are there, 38 % still wait"));
}

TEST(BrokerProblemsTest, WithoutAnyBrokerThereIsOneProblemThatNamesAll) {
  const Problem two = Only(FactsOf({LostBroker("a:1883", 0.5), LostBroker("b:1883", 0.5)}));
  EXPECT_EQ(two.kind, ProblemKind::kNoBroker);
  EXPECT_EQ(two.verdict, Verdict::kDown);
  EXPECT_EQ(two.user_share, 1);
  EXPECT_EQ(two.what,
            "No broker can be used. Broker a:1883: cannot be reached: connection refused. Broker "
            "b:1883: cannot be reached: connection refused.");
  const Problem one = Only(FactsOf({LostBroker("a:1883", 1)}));
  EXPECT_EQ(one.what, "Broker a:1883: cannot be reached: connection refused.");
  EXPECT_EQ(one.subject, "a:1883");
  EXPECT_EQ(one.since, kBefore);
}

TEST(BrokerProblemsTest, ABrokerThatWasNeverConnectedHasNoReasonYet) {
  Facts facts = FactsOf({LostBroker("a:1883", 1)});
  facts.brokers[0].last_error.clear();
  EXPECT_EQ(Only(facts).what, "Broker a:1883: not connected yet.");
}

TEST(BrokerProblemsTest, OneThatAcknowledgesNothingIsWorseWithoutAnother) {
  Facts facts = GoodFacts();
  facts.brokers[0].left = true;
  facts.brokers[0].left_since = kNow;
  facts.brokers[0].moved_share = 0.48;
  const Problem problem = Only(facts);
  EXPECT_EQ(problem.kind, ProblemKind::kBrokerLeft);
  EXPECT_EQ(problem.verdict, Verdict::kDegraded);
  EXPECT_EQ(problem.since, kNow);
  Facts alone = FactsOf({facts.brokers[0]});
  EXPECT_EQ(Only(alone).verdict, Verdict::kDown);
  // Between two attempts.
  alone.brokers[0].connected = 0;
  EXPECT_EQ(Only(alone).kind, ProblemKind::kBrokerLeft);
  EXPECT_EQ(Only(alone).since, kNow);
}

TEST(BrokerProblemsTest, AnnouncedLimitsUnderWhichEventsDoNotFit) {
  Facts facts = GoodFacts();
  facts.brokers[1].announced->maximum_qos = 0;
  EXPECT_EQ(Only(facts).kind, ProblemKind::kBrokerLimits);
  EXPECT_THAT(Only(facts).what, HasSubstr("takes only QoS 0"));
  facts.brokers[1].announced->maximum_packet_size = 100;
  EXPECT_THAT(Only(facts).what, HasSubstr("at most 100 bytes"));
  const Facts alone = FactsOf({facts.brokers[1]});
  EXPECT_EQ(Only(alone).kind, ProblemKind::kNoBroker);
  EXPECT_THAT(Only(alone).what, HasSubstr("at most 100 bytes"));
}

TEST(BrokerProblemsTest, MissingSessionsCountOnceTheyAreLate) {
  Facts facts = GoodFacts();
  facts.brokers[0].connected = 3;
  facts.brokers[0].last_error = "too many connections";
  facts.brokers[0].all_since = kNow - std::chrono::seconds(2);
  EXPECT_THAT(FindBrokerProblems(facts), IsEmpty());
  facts.brokers[0].all_since = kNow - std::chrono::seconds(6);
  const Problem problem = Only(facts);
  EXPECT_EQ(problem.kind, ProblemKind::kSessionsMissing);
  EXPECT_EQ(problem.what,
            "Broker a:1883: 1 of 4 sessions are not connected: too many connections.");
  EXPECT_DOUBLE_EQ(*problem.user_share, 0.12);
}

TEST(BrokerProblemsTest, SessionsOfABrokerThatHasJustReturnedAreNotLate) {
  Facts facts = GoodFacts();
  facts.brokers[0].connected = 1;
  facts.brokers[0].all_since = kNow - std::chrono::seconds(60);
  facts.brokers[0].connected_since = kNow - std::chrono::seconds(1);
  EXPECT_THAT(FindBrokerProblems(facts), IsEmpty());
  EXPECT_EQ(DescribeBroker(facts.brokers[0]).since, facts.brokers[0].connected_since);
}

TEST(BrokerProblemsTest, LossesAgainAndAgainAreOneProblem) {
  Facts facts = GoodFacts();
  facts.brokers[0].connected = 3;
  facts.recent_brokers[0].losses = 12;
  EXPECT_EQ(Only(facts).kind, ProblemKind::kSessionsFlap);
  facts.recent_brokers[0].losses = 11;
  EXPECT_EQ(Only(facts).kind, ProblemKind::kSessionsMissing) << "its broker may have restarted";
}

TEST(BrokerProblemsTest, SlowIsAFifthOfTheTimeAfterWhichABrokerIsSilent) {
  Facts facts = GoodFacts();
  facts.recent_brokers[1].puback_time = std::chrono::milliseconds(999);
  EXPECT_THAT(FindBrokerProblems(facts), IsEmpty());
  facts.recent_brokers[1].puback_time = std::chrono::milliseconds(2400);
  EXPECT_EQ(Only(facts).kind, ProblemKind::kBrokerSlow);
  EXPECT_THAT(Only(facts).what, HasSubstr("takes 2.4 s on the average"));
}

TEST(BrokerProblemsTest, ConfinedTopicsConcernNobodyElse) {
  Facts facts = GoodFacts();
  facts.brokers[0].confined_topics = 1;
  const Problem problem = Only(facts);
  EXPECT_EQ(problem.kind, ProblemKind::kTopicsConfined);
  EXPECT_EQ(problem.user_share, std::nullopt);
  EXPECT_THAT(problem.what, HasSubstr("1 topic."));
}

TEST(BrokerProblemsTest, AQuarantineThatFailsIsOneForAMinute) {
  Facts facts = GoodFacts();
  facts.brokers[0].quarantine_error = "broker refused: 0x97 quota exceeded";
  facts.brokers[0].quarantine_error_at = kNow - std::chrono::seconds(59);
  const Problem problem = Only(facts);
  EXPECT_EQ(problem.kind, ProblemKind::kQuarantineFails);
  EXPECT_EQ(problem.verdict, Verdict::kDegraded);
  EXPECT_THAT(problem.what, HasSubstr("0x97"));
  facts.now += std::chrono::seconds(1);
  EXPECT_THAT(FindBrokerProblems(facts), IsEmpty());
}

TEST(BrokerProblemsTest, ABrokerThatIsGoneIsNone) {
  Facts facts = FactsOf({GoodBroker("a:1883", 0.5), LostBroker("b:1883", 0.5)});
  facts.brokers[1].present = false;
  EXPECT_THAT(FindBrokerProblems(facts), IsEmpty());
  EXPECT_EQ(DescribeBroker(facts.brokers[1]).state, BrokerState::kGone);
}

}  // namespace
}  // namespace dino::health::health_test
