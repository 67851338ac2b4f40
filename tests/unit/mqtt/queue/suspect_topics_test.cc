#include "server/mqtt/queue/suspect_topics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>

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

class ThreeBrokersTest : public SuspectTopicsTest {
 protected:
  const std::shared_ptr<SuspectTopics> everywhere_ = std::make_shared<SuspectTopics>();
  SuspectTopics first_{everywhere_};
  SuspectTopics second_{everywhere_};
  SuspectTopics third_{everywhere_};
};

TEST_F(ThreeBrokersTest, WhatEachHasRefusedAndClosedOnIsConfinedEverywhere) {
  first_.Blame(1, now_);
  EXPECT_FALSE(second_.IsConfined(1, now_));
  second_.Blame(1, now_);
  for (SuspectTopics* topics : {&first_, &second_, &third_}) {
    EXPECT_TRUE(topics->IsConfined(1, now_));
    EXPECT_FALSE(topics->IsConfined(2, now_));
  }
  EXPECT_EQ(first_.confined_count(now_), 1U);
  EXPECT_EQ(third_.confined_count(now_), 0U) << "it has closed no connection";
}

TEST_F(ThreeBrokersTest, AVerdictHoldsAtItsBrokerOnly) {
  first_.Convict(1, now_);
  EXPECT_TRUE(first_.IsConfined(1, now_));
  EXPECT_FALSE(second_.IsConfined(1, now_));
}

TEST_F(ThreeBrokersTest, WhomABadBrokerBlamesIsFreeWhereItIsAcknowledged) {
  for (int loss = 0; loss < 2; ++loss) first_.Blame(1, now_);
  first_.Convict(1, now_);
  EXPECT_TRUE(second_.IsConfined(1, now_));
  second_.Acquit(1);
  EXPECT_FALSE(second_.IsConfined(1, now_));
  EXPECT_TRUE(first_.IsConfined(1, now_));
}

TEST_F(ThreeBrokersTest, WhatWasOnlyInFlightIsConfinedAtItsBroker) {
  for (int loss = 0; loss < 2; ++loss) first_.Suspect(1, now_);
  EXPECT_TRUE(first_.IsConfined(1, now_));
  EXPECT_FALSE(second_.IsConfined(1, now_));
}

TEST_F(ThreeBrokersTest, WhatAnyAcknowledgesIsInnocentEverywhere) {
  first_.Blame(1, now_);
  second_.Acquit(1);
  first_.Blame(1, now_);
  EXPECT_FALSE(third_.IsConfined(1, now_));
}

}  // namespace
}  // namespace dino::mqtt
