#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/queue/send_queue.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/unit/mqtt/queue/send_queue_fixture.h"

namespace dino::mqtt {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(SendQueueTest, AfterALossWhatWasInFlightGoesFirstInItsOrder) {
  const auto batch = Add("a", {"1", "2", "3", "4", "5"});
  Add("b", {"1"});
  Fill();
  Acknowledge("2");
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  queue_.LimitWindow(65535);
  EXPECT_THAT(Fill(), ElementsAre("1 a", "3 a", "4 a", "5 a"));
  for (const char* topic : {"1", "3", "4", "5"}) Acknowledge(topic);
  EXPECT_TRUE(batch->ended());
  EXPECT_EQ(batch->settle_count(), 5U);
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
}

TEST_F(SendQueueTest, WhatTheNextConnectionDoesNotTakeMayHaveArrivedOnTheOneBefore) {
  const auto batch = Add("a", {"1", "2"});
  queue_.LimitWindow(1);
  Fill();
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  refused_ = {{"1", 0x95}, {"2", 0x95}};
  Fill();
  ASSERT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kUnknown, Outcome::kNotSent));
}

TEST_F(SendQueueTest, ARefusalIsExplainedBeforeItIsSentAgainOrSettled) {
  const auto batch = Add("a", {"1", "2", "3"});
  Fill();
  queue_.Acknowledge(packet_ids_.at("1"), kSuccess, now_);
  queue_.Acknowledge(packet_ids_.at("2"), kQuotaExceeded, now_, "slow down");
  queue_.Acknowledge(packet_ids_.at("3"), kTopicNameInvalid, now_, "no such topic");
  ASSERT_THAT(batch->explanations(), SizeIs(2));
  EXPECT_EQ(batch->explanations()[0].position, 1U);
  EXPECT_EQ(batch->explanations()[0].reason_string, "slow down");
  EXPECT_EQ(batch->explanations()[1].reason_code, kTopicNameInvalid);
}

TEST_F(SendQueueTest, ASmallerWindowAfterALossKeepsTheOrder) {
  Add("a", {"1", "2", "3"});
  Add("b", {"3"});
  Fill();
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  queue_.LimitWindow(1);
  EXPECT_THAT(Fill(), ElementsAre("1 a"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("2 a"));
  Acknowledge("2");
  EXPECT_THAT(Fill(), ElementsAre("3 a"));
  Acknowledge("3");
  EXPECT_THAT(Fill(), ElementsAre("3 b"));
}

TEST_F(SendQueueTest, ASecondLossDoesNotLoseWhatWasNotSentAgain) {
  const auto batch = Add("a", {"1", "2", "3"});
  Fill();
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  queue_.LimitWindow(2);
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 a"));
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  queue_.LimitWindow(65535);
  EXPECT_THAT(Fill(), ::testing::UnorderedElementsAre("1 a", "2 a", "3 a"));
  for (const char* topic : {"1", "2", "3"}) Acknowledge(topic);
  EXPECT_TRUE(batch->ended());
}

TEST_F(SendQueueTest, APublicationThatFailsForWantOfAConnectionIsSentAgain) {
  const auto batch = Add("a", {"1"});
  lost_ = true;
  EXPECT_THAT(Fill(), IsEmpty());
  EXPECT_FALSE(connected_);
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  lost_ = false;
  EXPECT_THAT(Fill(), ElementsAre("1 a"));
  Acknowledge("1");
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kAcknowledged));
}

TEST_F(SendQueueTest, AnswersOfALostConnectionAreNobodys) {
  const auto batch = Add("a", {"1"});
  Fill();
  const int old_packet_id = packet_ids_["1"];
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  queue_.Acknowledge(old_packet_id, kSuccess, now_);
  EXPECT_FALSE(batch->ended());
}

TEST_F(SendQueueTest, ABusyBrokerGetsThePublicationAgainLaterAndLater) {
  for (const std::uint8_t busy :
       {kUnspecifiedError, kImplementationSpecificError, kQuotaExceeded}) {
    const auto batch = Add("a", {"1"});
    const auto next = Add("b", {"1"});
    for (const int delay : {100, 200, 400, 800, 1600, 2000, 2000}) {
      EXPECT_THAT(Fill(), ElementsAre("1 a"));
      Acknowledge("1", busy);
      EXPECT_EQ(queue_.NextRetry(), now_ + std::chrono::milliseconds(delay));
      EXPECT_THAT(Fill(), IsEmpty()) << "neither too early, nor overtaken";
      now_ += std::chrono::milliseconds(delay);
    }
    EXPECT_THAT(Fill(), ElementsAre("1 a"));
    Acknowledge("1");
    EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kAcknowledged));
    EXPECT_THAT(Fill(), ElementsAre("1 b"));
    Acknowledge("1");
    EXPECT_FALSE(queue_.NextRetry().has_value());
  }
}

TEST_F(SendQueueTest, ABusyBrokerDoesNotHoldUpOtherTopics) {
  Add("a", {"1", "2"});
  Fill();
  Acknowledge("1", kQuotaExceeded);
  Add("b", {"3"});
  EXPECT_THAT(Fill(), ElementsAre("3 b"));
}

TEST_F(SendQueueTest, WhatABusyBrokerDidNotTakeInTimeIsRejectedWithItsCode) {
  const auto batch = Add("a", {"1"});
  const auto next = Add("b", {"1"});
  Fill();
  Acknowledge("1", kImplementationSpecificError);
  Stop(batch);
  EXPECT_EQ(batch->publication_outcomes()[0].outcome, Outcome::kRejected);
  EXPECT_EQ(batch->publication_outcomes()[0].reason_code, kImplementationSpecificError);
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
}

TEST_F(SendQueueTest, NotAuthorizedIsTriedAgainUntilSomethingWasAcknowledged) {
  queue_.Connected(now_, 65535);
  const auto batch = Add("a", {"1", "2"});
  Fill();
  Acknowledge("1", kNotAuthorized);
  EXPECT_FALSE(batch->ended());
  now_ += std::chrono::milliseconds(100);
  EXPECT_THAT(Fill(), ElementsAre("1 a"));
  Acknowledge("2");
  Acknowledge("1", kNotAuthorized);
  EXPECT_EQ(batch->publication_outcomes()[0].outcome, Outcome::kRejected);
  EXPECT_EQ(batch->publication_outcomes()[0].reason_code, kNotAuthorized);
}

TEST_F(SendQueueTest, WhatABrokerThatIsNotReadyDidNotTakeInTimeWasNotSent) {
  queue_.Connected(now_, 65535);
  const auto batch = Add("a", {"1"});
  Fill();
  Acknowledge("1", kNotAuthorized);
  Stop(batch);
  EXPECT_EQ(batch->publication_outcomes()[0].outcome, Outcome::kNotSent);
  EXPECT_EQ(batch->publication_outcomes()[0].reason_code, kSuccess);
  EXPECT_TRUE(batch->publication_outcomes()[0].unreachable);
}

TEST_F(SendQueueTest, WhatIsRefusedAfterALossMayHaveArrivedBefore) {
  const auto batch = Add("a", {"1", "2"});
  Fill();
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  Fill();
  Acknowledge("1", 0x99);
  Acknowledge("2", kQuotaExceeded);
  Stop(batch);
  for (const PublicationOutcome& outcome : batch->publication_outcomes()) {
    EXPECT_EQ(outcome.outcome, Outcome::kUnknown);
  }
  EXPECT_EQ(batch->publication_outcomes()[0].reason_code, 0x99);
  EXPECT_EQ(batch->publication_outcomes()[1].reason_code, kQuotaExceeded);
}

TEST_F(SendQueueTest, WhatWaitsForABusyBrokerIsSentAgainAfterALoss) {
  const auto batch = Add("a", {"1", "2"});
  Fill();
  Acknowledge("1", kQuotaExceeded);
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 a"));
  Acknowledge("1");
  Acknowledge("2");
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SendQueueTest, PublicationsThatABusyBrokerRefusedTakeNoRoom) {
  Add("a", {"1", "2", "3", "4", "5", "6", "7", "8", "9"});
  for (const char* topic : {"1", "2", "3", "4"}) {
    Fill();
    Acknowledge(topic, kQuotaExceeded);
  }
  EXPECT_THAT(Fill(), ElementsAre("8 a"));
  for (const char* topic : {"5", "6", "7", "8"}) Acknowledge(topic);
  EXPECT_THAT(Fill(), ElementsAre("9 a"));
}

TEST_F(SendQueueTest, ABusyTopicHoldsUpNobodyOfABatchInWhichItIs) {
  Add("a", {"busy"});
  Fill();
  Acknowledge("busy", kQuotaExceeded);
  Add("b", {"busy"});
  const auto batch = Add("c", {"1", "busy", "2", "3"});
  EXPECT_THAT(Fill(), ElementsAre("1 c", "2 c", "3 c"));
  now_ += std::chrono::milliseconds(100);
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("busy a"));
  for (const char* sent : {"busy b", "busy c"}) {
    Acknowledge("busy");
    EXPECT_THAT(Fill(), ElementsAre(sent));
  }
  for (const char* topic : {"2", "3", "busy"}) Acknowledge(topic);
  EXPECT_TRUE(batch->ended());
}

TEST_F(SendQueueTest, WhatCouldNotBeSentIsFirstForItsTopic) {
  const auto first = Add("a", {"1"});
  const auto second = Add("b", {"1", "2"});
  Fill();
  Acknowledge("1");
  Acknowledge("2");
  lost_ = true;
  EXPECT_THAT(Fill(), IsEmpty());
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  lost_ = false;
  const auto third = Add("c", {"1"});
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 c"));
  Acknowledge("1");
  for (const auto& batch : {first, second, third}) EXPECT_TRUE(batch->ended());
}

TEST_F(SendQueueTest, AStoppedBatchIsNotSentAgainAfterALoss) {
  const auto stopped = Add("a", {"1", "2"});
  Add("b", {"1"});
  Fill();
  Stop(stopped);
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
}

TEST_F(SendQueueTest, ABatchStoppedBetweenLossAndReconnectFreesItsTopics) {
  const auto stopped = Add("a", {"1", "2"});
  Add("b", {"1"});
  Fill();
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  Stop(stopped, /*unreachable=*/true);
  EXPECT_THAT(stopped->outcomes(), Each(Outcome::kUnknown));
  EXPECT_TRUE(stopped->publication_outcomes()[0].unreachable);
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
}

}  // namespace
}  // namespace dino::mqtt
