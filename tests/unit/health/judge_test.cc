#include "server/health/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/health/facts_of.h"

namespace dino::health::health_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(JudgeTest, NothingWrongIsGood) {
  const Health health = Judge(GoodFacts());
  EXPECT_TRUE(health.ready);
  EXPECT_EQ(health.verdict, Verdict::kGood);
  EXPECT_THAT(health.problems, IsEmpty());
  ASSERT_THAT(health.brokers, SizeIs(2));
  EXPECT_EQ(health.brokers[0].state, BrokerState::kConnected);
}

TEST(JudgeTest, TheVerdictIsTheWorstProblemsWhichIsFirst) {
  Facts facts = FactsOf({GoodBroker("a:1883", 0.48), LostBroker("b:1883", 0.52)});
  facts.pending_bytes = {900, 1000};
  EXPECT_EQ(Judge(facts).verdict, Verdict::kDegraded);
  facts.draining = true;
  facts.ready = false;
  const Health health = Judge(facts);
  EXPECT_FALSE(health.ready);
  EXPECT_EQ(health.verdict, Verdict::kDown);
  ASSERT_THAT(health.problems, SizeIs(3));
  EXPECT_EQ(health.problems[0].kind, ProblemKind::kDraining);
  EXPECT_THAT(health.problems[0].meaning, HasSubstr("still takes calls for drain-delay"));
  EXPECT_EQ(health.problems[1].kind, ProblemKind::kBrokerLost);
  EXPECT_EQ(health.problems[2].kind, ProblemKind::kPendingNearLimit);
  EXPECT_EQ(health.brokers[1].state, BrokerState::kLost);
}

TEST(JudgeTest, AllRefusedIsDownAndNamesBrokerAndCode) {
  Facts facts = GoodFacts();
  facts.recent.acknowledged = 5000;
  facts.recent.rejected = facts.recent.rejected_since_acknowledged = 12;
  facts.recent.failing_looks = 2;
  facts.recent_brokers[1].refused = 12;
  facts.brokers[1].last_refusal = 0x87;
  const Health health = Judge(facts);
  EXPECT_EQ(health.verdict, Verdict::kDown);
  ASSERT_THAT(health.problems, SizeIs(1));
  const Problem& problem = health.problems[0];
  EXPECT_EQ(problem.kind, ProblemKind::kPublicationsRefused);
  EXPECT_EQ(problem.user_share, 1);
  EXPECT_EQ(problem.what, "Refused by b:1883: every publication, with 0x87 not authorized.");
  EXPECT_THAT(problem.action, HasSubstr("ACL"));
}

TEST(JudgeTest, SomeRefusedIsDegradedWithTheirShare) {
  Facts facts = GoodFacts();
  facts.recent.acknowledged = 75;
  facts.recent.rejected = 25;
  facts.recent_brokers[0].refused = 25;
  facts.brokers[0].last_refusal = 0x97;
  const Health health = Judge(facts);
  EXPECT_EQ(health.verdict, Verdict::kDegraded);
  ASSERT_THAT(health.problems, SizeIs(1));
  EXPECT_THAT(health.problems[0].what,
              HasSubstr("25 % of the publications of the last minute (25 of 100)"));
  EXPECT_EQ(health.problems[0].user_share, std::nullopt);
}

TEST(JudgeTest, AFewOrOneCallsFailuresTellNothingOfAll) {
  Facts facts = GoodFacts();
  facts.recent.rejected = facts.recent.rejected_since_acknowledged = 9;
  facts.recent.failing_looks = 2;
  EXPECT_EQ(Judge(facts).verdict, Verdict::kDegraded);
  facts.recent.rejected = facts.recent.rejected_since_acknowledged = 1000;
  facts.recent.failing_looks = 1;
  EXPECT_EQ(Judge(facts).verdict, Verdict::kDegraded);
  facts.recent.failing_looks = 2;
  EXPECT_EQ(Judge(facts).verdict, Verdict::kDown);
}

TEST(JudgeTest, OneOfThousandsIsNotWorthAWord) {
  Facts facts = GoodFacts();
  facts.recent.acknowledged = 99999;
  facts.recent.rejected = 1;
  facts.recent.failed = 1;
  EXPECT_EQ(Judge(facts).verdict, Verdict::kGood);
}

TEST(JudgeTest, PublicationsWithoutAnAnswerFail) {
  Facts facts = GoodFacts();
  facts.recent.failed = facts.recent.failed_since_acknowledged = 40;
  facts.recent.failing_looks = 2;
  const Health health = Judge(facts);
  EXPECT_EQ(health.verdict, Verdict::kDown);
  ASSERT_THAT(health.problems, SizeIs(1));
  EXPECT_EQ(health.problems[0].what, "Not acknowledged in time: every publication.");
}

TEST(JudgeTest, PendingWorkNearEitherLimit) {
  Facts facts = GoodFacts();
  facts.pending_publications = {699, 1000};
  EXPECT_EQ(Judge(facts).verdict, Verdict::kGood);
  facts.pending_publications = {700, 1000};
  EXPECT_THAT(Judge(facts).problems.at(0).what, HasSubstr("70 % of max-pending-publications"));
  facts.pending_bytes = {950, 1000};
  EXPECT_THAT(Judge(facts).problems.at(0).what, HasSubstr("95 % of max-pending-bytes"));
}

TEST(JudgeTest, PendingWorkThatWasNearItsLimitMustFallFurther) {
  Facts facts = GoodFacts();
  facts.earlier = {ProblemKind::kPendingNearLimit};
  facts.pending_publications = {600, 1000};
  EXPECT_THAT(Judge(facts).problems.at(0).what, HasSubstr("60 % of max-pending-publications"));
  facts.pending_publications = {599, 1000};
  EXPECT_THAT(Judge(facts).problems, IsEmpty());
}

TEST(JudgeTest, FilesThatCannotBeUsed) {
  Facts facts = GoodFacts();
  facts.key_file_valid = false;
  facts.revocation_lists_readable = false;
  const Health health = Judge(facts);
  ASSERT_THAT(health.problems, SizeIs(2));
  EXPECT_EQ(health.problems[0].kind, ProblemKind::kRevocationListsUnreadable);
  EXPECT_EQ(health.problems[1].kind, ProblemKind::kKeyFileBroken);
}

TEST(JudgeTest, ACertificateIsNamedTwoWeeksBeforeItsEnd) {
  Facts facts = GoodFacts();
  facts.certificates = {{"/tls/a.crt", kNow + std::chrono::hours(24 * 15)}};
  EXPECT_THAT(Judge(facts).problems, IsEmpty());
  facts.certificates[0].not_after = kNow + std::chrono::hours(24 * 3);
  EXPECT_EQ(Judge(facts).problems.at(0).what, "The certificate in /tls/a.crt expires in 3 days.");
  facts.certificates[0].not_after = kNow - std::chrono::hours(1);
  EXPECT_EQ(Judge(facts).problems.at(0).what, "The certificate in /tls/a.crt has expired.");
  EXPECT_EQ(Judge(facts).problems.at(0).since, facts.certificates[0].not_after);
}

}  // namespace
}  // namespace dino::health::health_test
