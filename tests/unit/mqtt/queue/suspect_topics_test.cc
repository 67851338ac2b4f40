#include "server/mqtt/queue/suspect_topics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace dino::mqtt {
namespace {

using std::chrono::minutes;

class SuspectTopicsTest : public ::testing::Test {
 protected:
  void Suspect(std::uint64_t topic, int times) {
    for (int i = 0; i < times; ++i) topics_.Suspect(topic, now_);
  }
  bool IsConfined(std::uint64_t topic) { return topics_.IsConfined(topic, now_); }

  SuspectTopics topics_;
  Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(SuspectTopicsTest, ATopicIsConfinedAfterTwoLosses) {
  Suspect(1, 1);
  EXPECT_FALSE(IsConfined(1));
  Suspect(1, 1);
  EXPECT_TRUE(IsConfined(1));
  EXPECT_FALSE(IsConfined(2));
  EXPECT_EQ(topics_.confined_count(now_), 1U);
}

TEST_F(SuspectTopicsTest, WhatWasAcknowledgedIsInnocent) {
  Suspect(1, 2);
  topics_.Acquit(1);
  EXPECT_FALSE(IsConfined(1));
}

TEST_F(SuspectTopicsTest, WhatWasConvictedStaysForTenMinutesFromTheLastRepetition) {
  topics_.Convict(1, now_);
  topics_.Acquit(1);
  now_ += minutes(9);
  EXPECT_TRUE(IsConfined(1));
  now_ += minutes(9);
  EXPECT_TRUE(IsConfined(1));
  now_ += minutes(10);
  EXPECT_FALSE(IsConfined(1));
  EXPECT_EQ(topics_.confined_count(now_), 0U);
}

TEST_F(SuspectTopicsTest, LossesAreForgottenToo) {
  Suspect(1, 1);
  now_ += minutes(10);
  Suspect(1, 1);
  EXPECT_FALSE(IsConfined(1));
}

TEST_F(SuspectTopicsTest, RemembersAThousandTopicsAndTheConvictedLongest) {
  topics_.Convict(0, now_);
  for (std::uint64_t topic = 1; topic <= 3000; ++topic) {
    now_ += std::chrono::milliseconds(1);
    Suspect(topic, 2);
  }
  EXPECT_EQ(topics_.confined_count(now_), SuspectTopics::kMaxTopics);
  EXPECT_TRUE(IsConfined(0));
  EXPECT_FALSE(IsConfined(1));
  EXPECT_TRUE(IsConfined(3000));
}

}  // namespace
}  // namespace dino::mqtt
