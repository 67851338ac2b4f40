#include "server/mqtt/queue/send_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/wire/reason_code.h"
#include "tests/unit/mqtt/queue/send_queue_fixture.h"

namespace dino::mqtt {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(SendQueueTest, SendsWhatTheWindowTakesAndTheRestAsAnswersCome) {
  const auto batch = Add("e", {"1", "2", "3", "4", "5", "6"});
  EXPECT_THAT(Fill(), ElementsAre("1 e", "2 e", "3 e", "4 e"));
  EXPECT_THAT(Fill(), IsEmpty());
  Acknowledge("2");
  EXPECT_THAT(Fill(), ElementsAre("5 e"));
  for (const char* topic : {"1", "3", "4"}) Acknowledge(topic);
  EXPECT_THAT(Fill(), ElementsAre("6 e"));
  EXPECT_FALSE(batch->ended());
  Acknowledge("5");
  Acknowledge("6");
  EXPECT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SendQueueTest, PassesTheBrokersCodeOn) {
  const auto batch = Add("e", {"1", "2", "3"});
  Fill();
  Acknowledge("1", kNoMatchingSubscribers);
  Acknowledge("2", kNotAuthorized);
  Acknowledge("3", 0x7F);
  const auto outcomes = batch->publication_outcomes();
  EXPECT_EQ(outcomes[0].outcome, Outcome::kNoSubscriber);
  EXPECT_EQ(outcomes[0].reason_code, kNoMatchingSubscribers);
  EXPECT_EQ(outcomes[1].outcome, Outcome::kRejected);
  EXPECT_EQ(outcomes[1].reason_code, kNotAuthorized);
  EXPECT_EQ(outcomes[2].outcome, Outcome::kAcknowledged);
}

TEST_F(SendQueueTest, SaysAtWhichSessionPublicationsEnd) {
  // As a standby of another home.
  const auto batch = RecordingBatch::ForSession(5, "e", {"1", "2"});
  batch->chunks().front().keep_alive = batch;
  EXPECT_EQ(batch->chunks().front().at, 5U);
  queue_.Add(batch->chunks().front());
  Fill();
  Acknowledge("1");
  Acknowledge("2");
  EXPECT_THAT(batch->sessions(), Each(0U));
}

TEST_F(SendQueueTest, OnePublicationPerTopicIsInFlight) {
  Add("a", {"1"});
  Add("b", {"1"});
  EXPECT_THAT(Fill(), ElementsAre("1 a"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
}

TEST_F(SendQueueTest, WaitersForATopicGetItInTheirOrder) {
  Add("a", {"1"});
  Add("b", {"1"});
  Add("c", {"1", "2"});
  Add("d", {"1"});
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 c"));
  for (const char* sent : {"1 b", "1 c", "1 d"}) {
    Acknowledge("1");
    EXPECT_THAT(Fill(), ElementsAre(sent));
  }
}

TEST_F(SendQueueTest, AnEventThatComesLateDoesNotOvertakeAWaiter) {
  Add("a", {"1"});
  Fill();
  Add("b", {"1"});
  Fill();
  Acknowledge("1");
  Add("c", {"1"});
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 c"));
}

TEST_F(SendQueueTest, AWaiterThatIsStoppedLeavesTheTopicToTheNext) {
  Add("a", {"1"});
  const auto stopped = Add("b", {"1"});
  Add("c", {"1"});
  Fill();
  Acknowledge("1");
  Stop(stopped);
  EXPECT_THAT(Fill(), ElementsAre("1 c"));
  EXPECT_THAT(stopped->outcomes(), ElementsAre(Outcome::kNotSent));
}

TEST_F(SendQueueTest, AWaitingTopicDoesNotHoldUpOthers) {
  Add("a", {"1"});
  Add("b", {"1"});
  Add("c", {"2"});
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 c"));
}

TEST_F(SendQueueTest, LargeBatchesGiveSmallOnesTheirTurn) {
  for (const std::string name : {"a", "b", "c", "d"}) {
    std::vector<std::string> topics;
    for (int i = 0; i < 1000; ++i) topics.push_back(name + "/" + std::to_string(i));
    Add("large", topics);
  }
  Add("small", {"small/1"});
  std::size_t sent = 0;
  bool small_sent = false;
  while (!small_sent) {
    for (const std::string& packet : Fill()) {
      ++sent;
      small_sent = small_sent || packet == "small/1 small";
      Acknowledge(packet.substr(0, packet.find(' ')));
    }
    ASSERT_LE(sent, 20U);
  }
}

TEST_F(SendQueueTest, StopSettlesWhatIsOpen) {
  const auto batch = Add("a", {"1", "2", "3", "4", "5", "6"});
  Fill();
  Acknowledge("1");
  Stop(batch);
  EXPECT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(),
              ElementsAre(Outcome::kAcknowledged, Outcome::kUnknown, Outcome::kUnknown,
                          Outcome::kUnknown, Outcome::kNotSent, Outcome::kNotSent));
  EXPECT_EQ(batch->settle_count(), 6U);
  EXPECT_FALSE(batch->publication_outcomes()[1].unreachable);
}

TEST_F(SendQueueTest, ALateAnswerForAStoppedBatchOnlyMakesRoom) {
  const auto stopped = Add("a", {"1", "2", "3", "4"});
  const auto next = Add("b", {"1"});
  Fill();
  Stop(stopped);
  EXPECT_THAT(Fill(), IsEmpty());
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
  EXPECT_EQ(stopped->settle_count(), 4U);
}

TEST_F(SendQueueTest, ExpiresBatchesAtTheirDeadlineAndNotBefore) {
  PublishOptions options = RecordingBatch::Options();
  options.deadline = now_ + std::chrono::seconds(5);
  const auto batch = Add("a", {"1", "2", "3", "4", "5"}, options);
  EXPECT_EQ(queue_.NextDeadline(), options.deadline);
  Fill();
  queue_.Expire(options.deadline - std::chrono::nanoseconds(1), false);
  EXPECT_FALSE(batch->ended());
  queue_.Expire(options.deadline, false);
  EXPECT_TRUE(batch->ended());
  EXPECT_EQ(batch->outcomes().back(), Outcome::kNotSent);
  EXPECT_FALSE(queue_.NextDeadline().has_value());
}

TEST_F(SendQueueTest, WhatTheBrokerDoesNotTakeIsNotSentAndTheOthersGoOn) {
  refused_["2"] = 0x95;
  const auto batch = Add("a", {"1", "2", "3"});
  EXPECT_THAT(Fill(), ElementsAre("1 a", "3 a"));
  Acknowledge("1");
  Acknowledge("3");
  EXPECT_TRUE(batch->ended());
  EXPECT_EQ(batch->publication_outcomes()[1].outcome, Outcome::kNotSent);
  EXPECT_EQ(batch->publication_outcomes()[1].reason_code, 0x95);
}

TEST_F(SendQueueTest, ABatchWhoseLastPublicationIsRefusedEnds) {
  refused_["1"] = 0x95;
  const auto batch = Add("a", {"1"});
  const auto next = Add("b", {"2"});
  EXPECT_THAT(Fill(), ElementsAre("2 b"));
  EXPECT_TRUE(batch->ended());
}

TEST_F(SendQueueTest, CountsWhatIsUnsent) {
  EXPECT_EQ(queue_.unsent(), 0U);
  const auto batch = Add("a", {"1", "2", "3", "4", "5", "6"});
  EXPECT_EQ(queue_.unsent(), 6U);
  Fill();
  EXPECT_EQ(queue_.unsent(), 2U);
  queue_.ConnectionLost(now_, /*by_broker=*/false);
  EXPECT_EQ(queue_.unsent(), 6U);
  Stop(batch);
  EXPECT_EQ(queue_.unsent(), 0U);
}

TEST_F(SendQueueTest, KeepsABatchAliveUntilItHasEnded) {
  std::weak_ptr<RecordingBatch> alive = Add("a", {"1"});
  ASSERT_FALSE(alive.expired());
  Fill();
  Acknowledge("1");
  EXPECT_TRUE(alive.expired());
}

TEST(SendQueueEndTest, SettlesWhatIsLeftWhenItGoes) {
  const auto batch = RecordingBatch::ForSession(0, "a", {"1"});
  batch->chunks().front().keep_alive = batch;
  {
    NoHomes no_homes;
    SendQueue queue(0, 4, 1000, std::make_shared<SuspectTopics>(), no_homes);
    queue.Add(batch->chunks().front());
  }
  EXPECT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kNotSent));
}

}  // namespace
}  // namespace dino::mqtt
