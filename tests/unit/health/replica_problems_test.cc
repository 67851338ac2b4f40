#include "server/health/replica_problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/health/facts_of.h"

namespace dino::health::health_test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// What the only problem says, which must be of that kind.
std::string WhatIsWrong(const Facts& facts, ProblemKind kind) {
  const std::vector<Problem> problems = FindReplicaProblems(facts);
  if (problems.size() != 1) return std::to_string(problems.size()) + " problems";
  EXPECT_EQ(problems[0].kind, kind);
  EXPECT_EQ(problems[0].verdict, Verdict::kDegraded);
  EXPECT_NE(problems[0].meaning, "");
  EXPECT_NE(problems[0].action, "");
  return problems[0].what;
}

TEST(ReplicaProblemsTest, WhenAllIsWellThereAreNone) {
  EXPECT_THAT(FindReplicaProblems(GoodFacts()), IsEmpty());
}

TEST(ReplicaProblemsTest, MemoryNearItsLimitUntilItIsFarFromIt) {
  Facts facts = GoodFacts();
  facts.memory = {799, 1000};
  EXPECT_THAT(FindReplicaProblems(facts), IsEmpty());
  facts.memory.used = 800;
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kMemoryNearLimit),
            "The process uses 80 % of its memory limit.");
  facts.earlier = {ProblemKind::kMemoryNearLimit};
  facts.memory.used = 700;
  EXPECT_THAT(WhatIsWrong(facts, ProblemKind::kMemoryNearLimit), HasSubstr("70 %"));
  facts.memory.used = 699;
  EXPECT_THAT(FindReplicaProblems(facts), IsEmpty());
}

TEST(ReplicaProblemsTest, CallsThatAreRefusedForPendingWorkCountHoweverMuchThereIs) {
  Facts facts = GoodFacts();
  facts.pending_publications = {600, 1000};
  facts.recent_refusals.overloaded = 9;
  EXPECT_THAT(FindReplicaProblems(facts), IsEmpty());
  facts.recent_refusals.overloaded = 10;
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kPendingNearLimit),
            "Pending work takes 60 % of max-pending-publications. In the last minute 10 calls were "
            "refused as OVERLOADED.");
}

TEST(ReplicaProblemsTest, RefusedConnectionsWithWhatIsLacking) {
  Facts facts = GoodFacts();
  facts.recent_refusals.connections = {{"descriptors", 12}, {"limit", 1}};
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kConnectionsRefused),
            "12 connections were refused in the last minute: there are too few file descriptors. "
            "1 connection was refused in the last minute: max-connections is reached.");
}

TEST(ReplicaProblemsTest, UnknownCallersUntilTheyAreGone) {
  Facts facts = GoodFacts();
  facts.recent_refusals.unknown_callers = 2;
  EXPECT_THAT(FindReplicaProblems(facts), IsEmpty());
  facts.recent_refusals.unknown_callers = 3;
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kUnknownCallers),
            "3 calls of the last minute came without a valid key or certificate.");
  facts.earlier = {ProblemKind::kUnknownCallers};
  facts.recent_refusals.unknown_callers = 1;
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kUnknownCallers),
            "1 call of the last minute came without a valid key or certificate.");
  facts.recent_refusals.unknown_callers = 0;
  EXPECT_THAT(FindReplicaProblems(facts), IsEmpty());
}

TEST(ReplicaProblemsTest, CallersOverTheirQuotaForAWhile) {
  Facts facts = GoodFacts();
  facts.recent_refusals.over_quota = {{"chat", 40}, {"presence", 2000}};
  facts.over_quota_looks = {{"chat", 3}, {"presence", 2}};
  EXPECT_EQ(WhatIsWrong(facts, ProblemKind::kCallerOverQuota),
            "Events that the caller's quota refused in the last minute: 40 of chat.");
  facts.earlier = {ProblemKind::kCallerOverQuota};
  facts.earlier_over_quota = {"chat"};
  facts.over_quota_looks["chat"] = 1;
  EXPECT_THAT(WhatIsWrong(facts, ProblemKind::kCallerOverQuota), EndsWith(": 40 of chat."));
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    facts.recent_refusals.over_quota[name] = 7;
    facts.over_quota_looks[name] = 60;
  }
  EXPECT_THAT(WhatIsWrong(facts, ProblemKind::kCallerOverQuota),
              AllOf(HasSubstr(": 7 of a, "), HasSubstr("7 of d, and those of 2 more callers."),
                    Not(HasSubstr("presence"))));
}

TEST(ReplicaProblemsTest, TlsFilesThatWereNotTaken) {
  Facts facts = GoodFacts();
  facts.tls_files_valid = false;
  EXPECT_THAT(WhatIsWrong(facts, ProblemKind::kTlsFilesBroken), HasSubstr("tls-key-file"));
  facts.tls_files_valid = true;
  facts.broker_tls_files_valid = false;
  EXPECT_THAT(WhatIsWrong(facts, ProblemKind::kBrokerTlsFilesBroken),
              HasSubstr("mqtt-tls-key-file"));
}

}  // namespace
}  // namespace dino::health::health_test
