// Brokers that accept connections and are of no use otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using testing::AutomaticBroker;
using testing::ConnAck;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::RecordingBatch;

// Two sessions, or four: the even ones have the bad broker, the odd ones the good one.
class BadBrokerTest : public ::testing::Test {
 protected:
  void Start(bool with_good = true, std::size_t sessions_each = 1) {
    SessionPoolOptions options;
    options.brokers = {{"127.0.0.1", bad_.port()}};
    if (with_good) options.brokers.push_back({"127.0.0.1", good_.port()});
    options.sessions = sessions_each * options.brokers.size();
    options.session.ack_timeout = ack_timeout_;
    // Too late for any test: only a broker that is bad makes users move.
    options.session.routing.failover_after = std::chrono::hours(1);
    options.session.routing.settle = milliseconds(10);
    options.broker_backoff = milliseconds(100);
    options.on_change = [this](const SessionChange& change) {
      const std::lock_guard lock(mutex_);
      connected_count_ += change.connected ? 1 : 0;
      lost_count_ += change.was_connected && !change.connected ? 1 : 0;
      changed_.notify_all();
    };
    options.on_broker_change = [this](const std::string& broker, bool left) {
      // A busy machine may make the good one too slow.
      if (broker != bad_.address()) return;
      const std::lock_guard lock(mutex_);
      last_change_ = left;
      changed_.notify_all();
    };
    pool_.emplace(options);
    pool_->Start();
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, testing::kPatience,
                                  [&] { return connected_count_ == options.sessions; }));
  }

  std::shared_ptr<RecordingBatch> Publish(const std::vector<std::string>& topics,
                                          Qos qos = Qos::kAtLeastOnce, std::uint32_t session = 0) {
    PublishOptions options = RecordingBatch::Options();
    options.qos = qos;
    auto batch = RecordingBatch::ForSession(session, "e", topics, options);
    pool_->Publish(batch);
    EXPECT_TRUE(batch->WaitForEnd());
    return batch;
  }

  bool IsLeft() const { return pool_->Brokers().at(0).left; }

  void PublishUntilItIs(bool left, std::uint32_t session) {
    const Clock::time_point deadline = Clock::now() + testing::kPatience;
    while (IsLeft() != left && Clock::now() < deadline) {
      Publish({"1"}, Qos::kAtLeastOnce, session);
    }
    WaitForChange(left);
  }

  void WaitForChange(bool left) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, testing::kPatience, [&] { return last_change_ == left; }));
  }

  AutomaticBroker bad_;
  AutomaticBroker good_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Whether the bad one was left, not taken back.
  std::optional<bool> last_change_;
  std::size_t connected_count_ = 0;
  std::size_t lost_count_ = 0;
  milliseconds ack_timeout_{100};
  std::optional<SessionPool> pool_;
};

TEST_F(BadBrokerTest, OneThatAcknowledgesNothingIsLeftAndTakenBack) {
  bad_.HoldAcks();
  Start();
  EXPECT_THAT(Publish({"1", "2"})->outcomes(), Each(Outcome::kAcknowledged));
  WaitForChange(/*left=*/true);
  EXPECT_TRUE(IsLeft());
  EXPECT_THAT(Publish({"3"})->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_THAT(good_.publications(), Not(IsEmpty()));
  bad_.ReleaseAcks();
  // Each publication may be the one by which the broker is tried.
  while (IsLeft() && !HasFailure()) Publish({"4"});
  WaitForChange(/*left=*/false);
}

TEST_F(BadBrokerTest, OneThatWasLeftAndDiesIsDown) {
  bad_.HoldAcks();
  Start();
  Publish({"1"});
  WaitForChange(/*left=*/true);
  bad_.StopListening();
  bad_.DropConnections();
  const Clock::time_point deadline = Clock::now() + testing::kPatience;
  while (IsLeft() && Clock::now() < deadline) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_FALSE(IsLeft());
  bad_.Listen();
  while (!IsLeft() && Clock::now() < deadline) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_TRUE(IsLeft());
}

TEST_F(BadBrokerTest, OnlyOneUserWaitsWhileItIsTried) {
  ack_timeout_ = std::chrono::seconds(1);
  bad_.HoldAcks();
  Start();
  Publish({"0"});
  WaitForChange(/*left=*/true);
  std::vector<std::shared_ptr<RecordingBatch>> batches;
  const auto wait_for_trial = [&] {
    const std::size_t before = bad_.publications().size();
    const Clock::time_point deadline = Clock::now() + testing::kPatience;
    while (bad_.publications().size() == before && Clock::now() < deadline) {
      batches.push_back(RecordingBatch::ForSession(0, "e", {std::to_string(batches.size())}));
      pool_->Publish(batches.back());
      std::this_thread::sleep_for(milliseconds(1));
    }
  };
  const auto lost_count = [this] {
    const std::lock_guard lock(mutex_);
    return lost_count_;
  };
  // A busy machine may let the second of a trial pass, but not those of all.
  constexpr int kTrials = 5;
  bool waited = true;
  for (int trial = 0; trial < kTrials && waited; ++trial) {
    wait_for_trial();
    const std::size_t lost = lost_count();
    Publish({"another"});
    waited = lost_count() != lost;
  }
  EXPECT_FALSE(waited) << "they wait until it is left again";
  for (const auto& batch : batches) EXPECT_TRUE(batch->WaitForEnd());
}

TEST_F(BadBrokerTest, WhatMustBeSentAloneKeepsNobodyThere) {
  bad_.EndOn([](const testing::Publish& publish) {
    return publish.topic == "poison" ? std::optional(AutomaticBroker::End()) : std::nullopt;
  });
  Start();
  EXPECT_THAT(Publish({"poison"})->outcomes(), Each(Outcome::kRejected));
  bad_.EndOn(nullptr);
  bad_.HoldAcks();
  PublishOptions options = RecordingBatch::Options();
  options.deadline = Clock::now() + std::chrono::hours(1);
  std::vector<std::shared_ptr<RecordingBatch>> batches;
  for (const char* const topic : {"poison", "1", "2"}) {
    batches.push_back(RecordingBatch::ForSession(0, "e", {topic}, options));
    pool_->Publish(batches.back());
  }
  for (const auto& batch : batches) {
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  }
}

TEST_F(BadBrokerTest, ItIsTakenBackWhicheverSessionHasTraffic) {
  Start(/*with_good=*/true, /*sessions_each=*/2);
  for (const std::uint32_t session : {2U, 0U}) {
    bad_.HoldAcks();
    PublishUntilItIs(/*left=*/true, session);
    bad_.ReleaseAcks();
    PublishUntilItIs(/*left=*/false, session);
  }
}

TEST_F(BadBrokerTest, AloneItIsUsedStill) {
  bad_.HoldAcks();
  Start(/*with_good=*/false);
  const auto batch = RecordingBatch::ForSession(0, "e", {"1"});
  pool_->Publish(batch);
  WaitForChange(/*left=*/true);
  bad_.ReleaseAcks();
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(BadBrokerTest, OneThatTakesQos0OnlyIsLeft) {
  ConnAck greeting;
  greeting.maximum_qos = 0;
  bad_.GreetWith(greeting);
  Start();
  EXPECT_THAT(Publish({"1"})->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_THAT(Publish({"2"}, Qos::kAtMostOnce)->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_THAT(bad_.publications(), IsEmpty());
}

TEST_F(BadBrokerTest, AloneItServesQos0) {
  ConnAck greeting;
  greeting.maximum_qos = 0;
  bad_.GreetWith(greeting);
  Start(/*with_good=*/false);
  EXPECT_THAT(Publish({"1"}, Qos::kAtMostOnce)->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_THAT(Publish({"1"})->outcomes(), Each(Outcome::kNotSent));
}

TEST_F(BadBrokerTest, OneThatTakesNoEventIsLeft) {
  ConnAck greeting;
  greeting.maximum_packet_size = 1;
  bad_.GreetWith(greeting);
  Start();
  EXPECT_THAT(Publish({"1"})->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_THAT(bad_.publications(), IsEmpty());
}

TEST_F(BadBrokerTest, AloneOneThatTakesNoEventIsNotReady) {
  ConnAck greeting;
  greeting.maximum_packet_size = 1;
  bad_.GreetWith(greeting);
  Start(/*with_good=*/false);
  while (!pool_->Sessions()[0].connected && !HasFailure()) std::this_thread::yield();
  EXPECT_FALSE(pool_->connected());
  EXPECT_THAT(pool_->Sessions()[0].reason, HasSubstr("at most 1 bytes"));
  // As soon as it takes some.
  bad_.GreetWith(ConnAck());
  bad_.DropConnections();
  while (!pool_->connected() && !HasFailure()) std::this_thread::yield();
}

}  // namespace
}  // namespace dino::mqtt
