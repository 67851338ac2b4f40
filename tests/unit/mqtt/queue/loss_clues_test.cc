#include "server/mqtt/queue/loss_clues.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;

class LossCluesTest : public ::testing::Test {
 protected:
  bool IsConfined(std::uint64_t topic) { return suspects_->IsConfined(topic, now_); }

  // The connection ends at once, and there is a new one.
  bool Lose() {
    const LossClues::Verdict verdict = clues_.Suspect(now_);
    clues_.Forget();
    return verdict.in_flight_is_suspect;
  }

  const std::shared_ptr<SuspectTopics> suspects_ = std::make_shared<SuspectTopics>();
  LossClues clues_{suspects_};
  Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(LossCluesTest, ARefusalJustBeforeTheEndExplainsIt) {
  for (int loss = 0; loss < 2; ++loss) {
    clues_.Refused(1, kNotAuthorized, now_);
    EXPECT_FALSE(Lose());
  }
  EXPECT_TRUE(IsConfined(1));
}

TEST_F(LossCluesTest, AndIsHeldAgainstTheTopicAtEveryBroker) {
  const auto everywhere = std::make_shared<SuspectTopics>();
  for (int broker = 0; broker < 2; ++broker) {
    LossClues clues(std::make_shared<SuspectTopics>(everywhere));
    clues.Refused(1, kNotAuthorized, now_);
    clues.Written(2, now_);
    clues.Suspect(now_);
  }
  EXPECT_TRUE(everywhere->IsConfined(1, now_));
  EXPECT_FALSE(everywhere->IsConfined(2, now_));
}

TEST_F(LossCluesTest, OneOfAnotherConnectionDoesNot) {
  clues_.Refused(1, kNotAuthorized, now_);
  Lose();
  now_ += milliseconds(50);
  EXPECT_TRUE(Lose());
  EXPECT_FALSE(IsConfined(1));
}

TEST_F(LossCluesTest, OneThatCameLongBeforeDoesNot) {
  clues_.Refused(1, kNotAuthorized, now_);
  now_ += milliseconds(150);
  EXPECT_TRUE(Lose());
}

TEST_F(LossCluesTest, OneThatSaysThatTheBrokerIsBusyMayBe) {
  for (int loss = 0; loss < 2; ++loss) {
    clues_.Refused(1, 0x97, now_);
    EXPECT_TRUE(Lose());
  }
  EXPECT_TRUE(IsConfined(1));
}

TEST_F(LossCluesTest, ACodeThatTheBrokerGivesWithoutAnEndMayBe) {
  for (int i = 0; i < 30; ++i) {
    clues_.Refused(1, kNotAuthorized, now_);
    now_ += milliseconds(50);
    clues_.Answered(now_);
  }
  EXPECT_TRUE(Lose());
  // Another code may mean something else.
  clues_.Refused(1, 0x99, now_);
  EXPECT_FALSE(Lose());
}

TEST_F(LossCluesTest, WhatWasWrittenJustBeforeTheEndIsSuspect) {
  for (int loss = 0; loss < 2; ++loss) {
    clues_.Written(1, now_);
    now_ += milliseconds(150);
    clues_.Written(2, now_);
    EXPECT_TRUE(Lose());
  }
  EXPECT_FALSE(IsConfined(1));
  EXPECT_TRUE(IsConfined(2));
}

TEST_F(LossCluesTest, WhatTheConnectionOutlivesIsInnocent) {
  clues_.Written(1, now_);
  Lose();
  clues_.Written(1, now_);
  now_ += milliseconds(150);
  clues_.Written(2, now_);
  clues_.Written(1, now_);
  Lose();
  EXPECT_FALSE(IsConfined(1));
}

}  // namespace
}  // namespace dino::mqtt
