#include "tests/system/broker_suite/part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace dino::broker_suite {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Part Passed() { return {"restart", {}, {"one", "two"}, {}}; }
Part Failed() { return {"events", {}, {"one"}, {"lost"}}; }
Part NotRun() { return {"poison", "it needs an option", {}, {}}; }

TEST(PartTest, ALineSaysHowItEnded) {
  EXPECT_EQ(LineOf(Passed()), "passed   restart: one; two");
  EXPECT_EQ(LineOf(Failed()), "FAILED   events: one | lost");
  EXPECT_EQ(LineOf(NotRun()), "not run  poison: it needs an option");
}

TEST(PartTest, WhatWasNotRunHasNeitherPassedNorFailed) {
  EXPECT_EQ(SumOf({NotRun(), NotRun()}), "0 passed, 0 failed, 2 not run");
  EXPECT_EQ(SumOf({Passed(), Failed(), NotRun(), Passed()}), "2 passed, 1 failed, 1 not run");
  EXPECT_FALSE(AnyFailed({Passed(), NotRun()}));
  EXPECT_TRUE(AnyFailed({Passed(), Failed()}));
}

TEST(PartTest, NamesAFaultOnce) {
  Part part;
  part.Expect(true, "no");
  part.Expect(false, "yes");
  part.Expect(false, "yes");
  EXPECT_THAT(part.faults, ::testing::ElementsAre("yes"));
}

TEST(PartTest, SaysWhoLostWhatIsMissing) {
  testing::Findings findings;
  findings.acknowledged = 10;
  findings.missing = 3;
  findings.lost_by_broker = 2;
  findings.examples = {"user 1: event 0 is missing"};
  Part part = {"events", {}, {}, {}};
  AddFindings(findings, part);
  EXPECT_THAT(LineOf(part), StartsWith("FAILED"));
  EXPECT_THAT(LineOf(part),
              HasSubstr("10 acknowledged, lost 3 (2 of them acknowledged by the broker, 1 not)"));
  EXPECT_THAT(LineOf(part), HasSubstr("user 1: event 0 is missing"));
}

TEST(PartTest, FailsIfNothingWasAcknowledged) {
  Part part = {"events", {}, {}, {}};
  AddFindings({}, part);
  EXPECT_THAT(LineOf(part), HasSubstr("nothing was acknowledged"));
}

}  // namespace
}  // namespace dino::broker_suite
