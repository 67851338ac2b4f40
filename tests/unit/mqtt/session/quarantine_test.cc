// Publications that a broker answers by ending the connection.
#include "server/mqtt/session/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/mqtt/session/session_pool.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using testing::AutomaticBroker;
using ::testing::Each;
using testing::RecordingBatch;

struct Ending {
  const char* name;
  AutomaticBroker::End end;
  // What the publication's outcome says of it.
  std::uint8_t reason_code = 0;
  const char* reason_string = "closed the connection";
};

class QuarantineTest : public ::testing::TestWithParam<Ending> {
 protected:
  void Start(std::size_t sessions) {
    broker_.EndOn([](const testing::Publish& publish) {
      return publish.topic == "poison" || publish.payload == "poison"
                 ? std::optional(GetParam().end)
                 : std::nullopt;
    });
    StartSessions(sessions);
  }

  void StartSessions(std::size_t sessions, std::size_t window = 64) {
    SessionPoolOptions options;
    options.brokers = {{"127.0.0.1", broker_.port()}};
    options.sessions = sessions;
    options.session.in_flight_window = window;
    pool_.emplace(options);
    pool_->Start();
    broker_.WaitForSessions(sessions);
  }

  std::shared_ptr<RecordingBatch> Publish(std::uint32_t session, const std::string& payload,
                                          const std::vector<std::string>& topics) {
    auto batch = RecordingBatch::ForSession(session, payload, topics);
    pool_->Publish(batch);
    return batch;
  }

  PublicationOutcome OutcomeOfPoison(std::uint32_t session = 0) {
    const auto batch = Publish(session, "e", {"1", "poison", "2"});
    EXPECT_TRUE(batch->WaitForEnd());
    const std::vector<PublicationOutcome> outcomes = batch->publication_outcomes();
    EXPECT_EQ(outcomes[0].outcome, Outcome::kAcknowledged);
    EXPECT_EQ(outcomes[2].outcome, Outcome::kAcknowledged);
    const auto explanations = batch->explanations();
    if (explanations.empty()) {
      ADD_FAILURE() << "not explained";
    } else {
      EXPECT_EQ(explanations.back().position, 1U);
      EXPECT_EQ(explanations.back().reason_code, GetParam().reason_code);
      EXPECT_EQ(explanations.back().reason_string, GetParam().reason_string);
    }
    return outcomes[1];
  }

  // Losses of connections that are shared.
  std::uint64_t Losses() const {
    std::uint64_t losses = 0;
    for (const LossReason reason : {LossReason::kClosed, LossReason::kDisconnected}) {
      losses += pool_->losses(0, reason);
    }
    return losses;
  }

  AutomaticBroker broker_;
  std::optional<SessionPool> pool_;
};

TEST_P(QuarantineTest, TheOneThatTheBrokerEndsConnectionsOnIsRejectedAndRepeatsCostOthersNothing) {
  Start(2);
  for (int repeat = 0; repeat < 4; ++repeat) {
    const PublicationOutcome outcome = OutcomeOfPoison();
    EXPECT_EQ(outcome.outcome, Outcome::kRejected);
    EXPECT_EQ(outcome.reason_code, GetParam().reason_code);
  }
  EXPECT_LE(Losses(), 2U);
  EXPECT_GE(pool_->confined_topics(0), 1U);
}

TEST_P(QuarantineTest, OtherTopicsGoOnMeanwhile) {
  Start(2);
  std::atomic<bool> over{false};
  int count = 0;
  std::thread others([&] {
    while (!over) {
      ++count;
      const auto batch =
          Publish(static_cast<std::uint32_t>(count % 2), "e", {"other/" + std::to_string(count)});
      ASSERT_TRUE(batch->WaitForEnd());
      EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
    }
  });
  for (int repeat = 0; repeat < 3; ++repeat) OutcomeOfPoison();
  over = true;
  others.join();
  EXPECT_GT(count, 10);
  EXPECT_LE(Losses(), 2U);
}

TEST_P(QuarantineTest, WithOneSessionToo) {
  Start(1);
  for (int repeat = 0; repeat < 3; ++repeat) {
    EXPECT_EQ(OutcomeOfPoison().outcome, Outcome::kRejected);
  }
  EXPECT_LE(Losses(), 2U);
}

TEST_P(QuarantineTest, AnEventThatIsPoisonForAllItsRecipientsEndsRejected) {
  Start(1);
  std::vector<std::string> topics;
  for (int i = 0; i < 1000; ++i) topics.push_back(std::to_string(i));
  const auto batch = Publish(0, "poison", topics);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kRejected));
  // Two shared ones, and one more if the other connection was away just before.
  EXPECT_LE(broker_.ended_count(), 5U);
}

TEST_P(QuarantineTest, TwoOfAnEventThatTheBrokerBearsOtherwiseDoNotEndTheOthers) {
  broker_.EndOn([](const testing::Publish& publish) {
    return publish.topic.rfind("poison", 0) == 0 ? std::optional(GetParam().end) : std::nullopt;
  });
  // Most of the event is not sent yet when it is known what some of it does.
  StartSessions(2, /*window=*/4);
  std::vector<std::string> topics = {"1", "poison1", "poison2"};
  for (int i = 2; i < 100; ++i) topics.push_back(std::to_string(i));
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto batch = Publish(0, "e", topics);
    ASSERT_TRUE(batch->WaitForEnd());
    std::vector<Outcome> expected(topics.size(), Outcome::kAcknowledged);
    expected[1] = expected[2] = Outcome::kRejected;
    EXPECT_EQ(batch->outcomes(), expected);
  }
}

TEST_P(QuarantineTest, WhatWasSuspectedIsSentAsBeforeIfThereIsNoOtherConnectionToBeHad) {
  const auto ended = std::make_shared<int>(0);
  broker_.EndOn([ended](const testing::Publish& publish) {
    return publish.topic == "1" && ++*ended <= 2 ? std::optional(GetParam().end) : std::nullopt;
  });
  StartSessions(2);
  broker_.LimitSessions(2);
  const auto batch = Publish(0, "e", {"1"});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_P(QuarantineTest, TwoThatAreOneUsersEachDoNotHideOneAnother) {
  broker_.EndOn([](const testing::Publish& publish) {
    return publish.topic.rfind("poison", 0) == 0 ? std::optional(GetParam().end) : std::nullopt;
  });
  StartSessions(1);
  const auto first = Publish(0, "e", {"poison1"});
  const auto second = Publish(0, "e", {"poison2"});
  ASSERT_TRUE(first->WaitForEnd());
  // While the quarantine is at the first one's verdict, the session has one more.
  const auto third = Publish(0, "e", {"poison3"});
  ASSERT_TRUE(second->WaitForEnd());
  ASSERT_TRUE(third->WaitForEnd());
  for (const auto& batch : {first, second, third}) {
    EXPECT_THAT(batch->outcomes(), Each(Outcome::kRejected));
  }
  // Two shared ones each at most, and one of its own.
  EXPECT_LE(broker_.ended_count(), 9U);
}

TEST_P(QuarantineTest, WithQosZeroToo) {
  Start(2);
  PublishOptions options = RecordingBatch::Options();
  options.qos = Qos::kAtMostOnce;
  const auto publish = [&] {
    auto batch = RecordingBatch::ForSession(0, "e", {"poison"}, options);
    pool_->Publish(batch);
    EXPECT_TRUE(batch->WaitForEnd());
  };
  // What is written to a connection that has ended already gets nowhere.
  while (pool_->confined_topics(0) == 0 && !HasFailure()) publish();
  for (int repeat = 0; repeat < 5; ++repeat) publish();
  EXPECT_LE(Losses(), 2U);
}

std::string Words(std::uint8_t disconnect) {
  testing::Disconnect packet;
  packet.reason_code = disconnect;
  packet.form = testing::Form::kLong;
  return testing::Encode(packet);
}

INSTANTIATE_TEST_SUITE_P(Endings, QuarantineTest,
                         ::testing::Values(Ending{"Fin", {}}, Ending{"Rst", {"", true}},
                                           Ending{"Disconnect99", {Words(0x99)}, 0x99, "because"},
                                           Ending{"Disconnect82", {Words(0x82)}, 0x82, "because"}),
                         [](const auto& test) { return std::string(test.param.name); });

// As Debian's mosquitto 2.0.11 does it when an ACL denies a topic.
TEST(RefusalAndEndTest, TheTopicIsConfinedNotWhatWasInFlightBesideIt) {
  AutomaticBroker broker;
  broker.EndOn([](const testing::Publish& publish) -> std::optional<AutomaticBroker::End> {
    if (publish.topic != "poison") return std::nullopt;
    return AutomaticBroker::End{testing::Encode(
        testing::PubAck{publish.packet_id, kNotAuthorized, testing::Form::kReasonCode})};
  });
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", broker.port()}};
  options.sessions = 2;
  SessionPool pool(options);
  pool.Start();
  broker.WaitForSessions(2);
  const auto publish = [&](const std::string& topic) {
    auto batch = RecordingBatch::ForSession(0, "e", {topic});
    pool.Publish(batch);
    EXPECT_TRUE(batch->WaitForEnd());
    return batch->publication_outcomes().front();
  };
  for (int repeat = 0; repeat < 5; ++repeat) {
    EXPECT_EQ(publish("good").outcome, Outcome::kAcknowledged);
    const PublicationOutcome outcome = publish("poison");
    EXPECT_EQ(outcome.outcome, Outcome::kRejected);
    EXPECT_EQ(outcome.reason_code, kNotAuthorized);
  }
  EXPECT_LE(pool.losses(0, LossReason::kClosed), 2U);
  EXPECT_EQ(pool.confined_topics(0), 1U);
}

TEST(QosZeroBatchTest, IsNotSentAloneAnyMoreOnceOneOfItIsOutlived) {
  const AutomaticBroker broker;
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", broker.port()}};
  options.sessions = 1;
  SessionPool pool(options);
  pool.Start();
  PublishOptions at_most_once = RecordingBatch::Options();
  at_most_once.qos = Qos::kAtMostOnce;
  const auto batch = RecordingBatch::ForSession(0, "e", {"1", "2"}, at_most_once);
  const Clock::time_point now = Clock::now();
  for (const int second : {1, 2}) batch->AddLoss(now + std::chrono::seconds(second));
  ASSERT_TRUE(batch->must_be_alone());
  pool.Publish(batch);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_FALSE(batch->must_be_alone());
}

}  // namespace
}  // namespace dino::mqtt
