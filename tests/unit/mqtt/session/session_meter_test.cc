#include "server/mqtt/session/session_meter.h"

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "tests/unit/mqtt/queue/send_queue_fixture.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt {
namespace {

TEST_F(SendQueueTest, TellsHowLongTheBrokerTook) {
  Add("a", {"1"});
  Fill();
  now_ += std::chrono::milliseconds(7);
  EXPECT_EQ(queue_.Acknowledge(packet_ids_.at("1"), kSuccess, now_), std::chrono::milliseconds(7));
  EXPECT_EQ(queue_.Acknowledge(packet_ids_.at("1"), kSuccess, now_), std::nullopt);
}

TEST_F(SendQueueTest, ARepetitionIsMeasuredFromItsOwnSending) {
  Add("a", {"1"});
  Fill();
  now_ += std::chrono::milliseconds(3);
  EXPECT_EQ(queue_.Acknowledge(packet_ids_.at("1"), kUnspecifiedError, now_),
            std::chrono::milliseconds(3));
  EXPECT_EQ(queue_.in_flight(), 1U);
  now_ += std::chrono::seconds(10);
  Fill();
  now_ += std::chrono::milliseconds(2);
  EXPECT_EQ(queue_.Acknowledge(packet_ids_.at("1"), kSuccess, now_), std::chrono::milliseconds(2));
  EXPECT_EQ(queue_.in_flight(), 0U);
}

TEST_F(SendQueueTest, NothingIsMeasuredWithQos0) {
  PublishOptions options = RecordingBatch::Options();
  options.qos = Qos::kAtMostOnce;
  Add("a", {"1"}, options);
  Fill();
  EXPECT_EQ(queue_.Acknowledge(packet_ids_.at("1"), kSuccess, now_), std::nullopt);
}

}  // namespace

namespace session_test {
namespace {

std::uint64_t CountOf(const Histogram& histogram) {
  const Histogram::Reading reading = histogram.Read();
  return std::accumulate(reading.counts.begin(), reading.counts.end(), std::uint64_t{0});
}

TEST_F(SessionPoolTest, MeasuresEachPubAck) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2"});
  for (const Publish& publish : connection.ExpectPublishes(2)) {
    connection.Send(PubAck{publish.packet_id});
  }
  ASSERT_TRUE(batch->WaitForEnd());
  connection.Close();
  // What the loop did before it noticed is measured.
  EXPECT_TRUE(changes_.Next().was_connected);
  EXPECT_EQ(CountOf(pool_->meter().puback), 2U);
}

TEST_F(SessionPoolTest, CountsLossesByTheirReason) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  Start(options);
  {
    FakeConnection connection = Connected();
    connection.Close();
    EXPECT_EQ(changes_.Next().loss, LossReason::kClosed);
  }
  {
    FakeConnection connection = Connected();
    connection.Send(testing::Disconnect{kSessionTakenOver});
    EXPECT_EQ(changes_.Next().loss, LossReason::kTakenOver);
  }
  pool_.reset();
}

TEST_F(SessionPoolTest, CountsALossForWantOfAcknowledgements) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection connection = Connected();
  PublishBatch("a", {"1"});
  EXPECT_EQ(changes_.Next().loss, LossReason::kAckTimeout);
  EXPECT_EQ(pool_->losses(0, LossReason::kAckTimeout), 1U);
  EXPECT_EQ(pool_->losses(0, LossReason::kClosed), 0U);
}

TEST_F(SessionPoolTest, CountsADisconnectOfTheBroker) {
  Start();
  FakeConnection connection = Connected();
  connection.Send(testing::Disconnect{0x8B});
  EXPECT_EQ(changes_.Next().loss, LossReason::kDisconnected);
  EXPECT_EQ(pool_->losses(0, LossReason::kDisconnected), 1U);
}

TEST_F(SessionPoolTest, AnAttemptThatFailsIsNoLoss) {
  Start();
  broker_.Accept().Close();
  EXPECT_FALSE(changes_.Next().connected);
  EXPECT_EQ(pool_->losses(0, LossReason::kClosed), 0U);
}

}  // namespace
}  // namespace session_test
}  // namespace dino::mqtt
