#include "server/app/health_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/health/health.h"
#include "tests/unit/log/captured_log.h"

namespace dino::app {
namespace {

using health::ProblemKind;
using health::Verdict;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HealthLogTest : public ::testing::Test {
 protected:
  void Change(ProblemKind kind, Verdict verdict, std::string text, std::string subject = {}) {
    Tell({{}, verdict, NameOf(kind), std::move(subject), std::move(text)});
  }
  void Tell(const health::Change& change) { log_.OnChange(change, now_); }
  void Look() {
    log_.Look(now_);
    now_ += seconds(1);
  }

  log::CapturedLog captured_;
  HealthLog log_;
  Clock::time_point now_ = Clock::now();
};

TEST_F(HealthLogTest, SaysThatAProblemBeganGrewAndEndedOnceEach) {
  Change(ProblemKind::kPublicationsRefused, Verdict::kDegraded, "Some.");
  for (int i = 0; i < 200; ++i) Look();
  Change(ProblemKind::kPublicationsRefused, Verdict::kDown, "All.");
  Look();
  Change(ProblemKind::kPublicationsRefused, Verdict::kGood, "None.");
  for (int i = 0; i < 200; ++i) Look();
  EXPECT_THAT(captured_.Lines(),
              ElementsAre(R"("level":"warning","message":"state changed","verdict":"degraded",)"
                          R"("kind":"publications_refused","subject":"","text":"Some."})",
                          AllOf(HasSubstr(R"("level":"warning")"), HasSubstr("All.")),
                          AllOf(HasSubstr(R"("level":"info")"), HasSubstr("None."))));
}

TEST_F(HealthLogTest, WhatSwingsAboutItsBoundHasThreeLinesAMinute) {
  for (int second = 0; second < 60; ++second) {
    const bool near = second % 2 == 0;
    Change(ProblemKind::kPendingNearLimit, near ? Verdict::kDegraded : Verdict::kGood,
           near ? "Near." : "Far.");
    Look();
  }
  // It is far for good.
  for (int second = 0; second < 120; ++second) Look();
  const std::vector<std::string> lines = captured_.Lines();
  EXPECT_THAT(lines, ElementsAre(HasSubstr("Near."), HasSubstr("Far."), HasSubstr("Near."),
                                 HasSubstr("Far.")));
}

TEST_F(HealthLogTest, WhatAWorseProblemHasHiddenIsSaidWhenItBeginsAgain) {
  Change(ProblemKind::kBrokerSlow, Verdict::kDegraded, "Slow.", "a:1883");
  Look();
  // It was down in between: that has lines of its own, and is no end of being slow.
  Change(ProblemKind::kBrokerSlow, Verdict::kDegraded, "Slow again.", "a:1883");
  Look();
  Look();
  EXPECT_THAT(captured_.Lines(), ElementsAre(HasSubstr("Slow."), HasSubstr("Slow again.")));
}

TEST_F(HealthLogTest, EachBrokersProblemsHaveTheirOwnPace) {
  for (const std::string& broker : {std::string("a:1883"), std::string("b:1883")}) {
    for (const Verdict verdict : {Verdict::kDegraded, Verdict::kGood, Verdict::kDegraded}) {
      Change(ProblemKind::kBrokerSlow, verdict, broker, broker);
      Look();
    }
  }
  EXPECT_THAT(captured_.Lines(), SizeIs(6));
}

TEST_F(HealthLogTest, WhatHasLinesOfItsOwnHasNone) {
  Change(ProblemKind::kNoBroker, Verdict::kDown, "It is away.");
  Tell({{}, Verdict::kDegraded, {}, "a:1883", "Broker a:1883 was lost for a moment."});
  Look();
  EXPECT_THAT(captured_.Lines(), IsEmpty());
}

TEST_F(HealthLogTest, BrokersThatComeAndGoAreNamed) {
  Tell({{}, Verdict::kGood, {}, "a:1883", "Broker a:1883 is gone."});
  Look();
  EXPECT_THAT(captured_.Lines(),
              ElementsAre(AllOf(HasSubstr(R"("level":"info")"), HasSubstr("is gone"))));
}

}  // namespace
}  // namespace dino::app
