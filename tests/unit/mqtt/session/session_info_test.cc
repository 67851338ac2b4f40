#include <chrono>
#include <vector>

#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

TEST_F(SessionPoolTest, TellsOfASessionThatIsNotConnectedYet) {
  const auto before = std::chrono::system_clock::now();
  Start();
  const std::vector<SessionInfo> sessions = pool_->Sessions();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_THAT(sessions[0].client_id, ::testing::MatchesRegex("test-[0-9a-f]{8}-0"));
  EXPECT_FALSE(sessions[0].connected);
  EXPECT_EQ(sessions[0].broker, broker_.address());
  EXPECT_EQ(sessions[0].reason, "");
  EXPECT_GE(sessions[0].since, before);
}

TEST_F(SessionPoolTest, TellsWhatTheBrokerAnnounced) {
  Start();
  const auto begin = pool_->Sessions()[0].since;
  ConnAck answer;
  answer.receive_maximum = 7;
  answer.maximum_qos = 1;
  answer.maximum_packet_size = 12345;
  const FakeConnection connection = Connected(answer);
  const SessionInfo session = pool_->Sessions()[0];
  EXPECT_TRUE(session.connected);
  EXPECT_EQ(session.broker, broker_.address());
  EXPECT_EQ(session.announced.receive_maximum, 7);
  EXPECT_EQ(session.announced.maximum_qos, 1);
  EXPECT_EQ(session.announced.maximum_packet_size, 12345U);
  EXPECT_GT(session.since, begin);
}

TEST_F(SessionPoolTest, TellsTheProtocolsValuesOfABrokerThatAnnouncesNothing) {
  Start();
  const FakeConnection connection = Connected();
  const SessionInfo session = pool_->Sessions()[0];
  EXPECT_EQ(session.announced.receive_maximum, 65535);
  EXPECT_EQ(session.announced.maximum_qos, 2);
  EXPECT_EQ(session.announced.maximum_packet_size, 0U);
}

TEST_F(SessionPoolTest, TellsWhyASessionIsLostAndSinceWhen) {
  Start();
  SessionInfo connected;
  {
    const FakeConnection connection = Connected();
    connected = pool_->Sessions()[0];
  }
  const SessionChange loss = changes_.Next();
  ASSERT_TRUE(loss.was_connected);
  const SessionInfo lost = pool_->Sessions()[0];
  EXPECT_FALSE(lost.connected);
  EXPECT_EQ(lost.client_id, connected.client_id);
  EXPECT_EQ(lost.broker, broker_.address());
  EXPECT_EQ(lost.reason, loss.reason);
  EXPECT_NE(lost.reason, "");
  EXPECT_GT(lost.since, connected.since);
}

TEST_F(SessionPoolTest, TellsWhatABrokerHasAcknowledgedAndRefused) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("event", {"a", "b", "c"});
  const std::vector<Publish> sent = connection.ExpectPublishes(3);
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{sent.at(1).packet_id, 0x10});
  connection.Send(PubAck{sent.at(2).packet_id, 0x99});
  ASSERT_TRUE(batch->WaitForEnd());
  // By then the session has done with those answers.
  PublishBatch("next", {"d"});
  connection.ExpectPublish("d", "next");
  const BrokerInfo broker = pool_->Brokers()[0];
  EXPECT_EQ(broker.name, broker_.address());
  EXPECT_EQ(broker.connected, 1U);
  EXPECT_EQ(broker.home_share, 1);
  EXPECT_EQ(broker.waiting_share, 0);
  EXPECT_EQ(broker.acknowledged, 2U);
  EXPECT_EQ(broker.refused, 1U);
  EXPECT_EQ(broker.last_refusal, 0x99);
  EXPECT_GT(broker.puback_time.count(), 0);
}

TEST_F(SessionPoolTest, TellsWhyABrokerWasLostAndThatItsUsersWait) {
  Start();
  { const FakeConnection connection = Connected(); }
  const SessionChange loss = changes_.Next();
  const BrokerInfo broker = pool_->Brokers()[0];
  EXPECT_EQ(broker.connected, 0U);
  EXPECT_EQ(broker.last_error, loss.reason);
  EXPECT_EQ(broker.losses[static_cast<std::size_t>(LossReason::kClosed)], 1U);
  EXPECT_EQ(broker.waiting_share, 1);
  EXPECT_EQ(broker.moved_share, 0);
}

}  // namespace
}  // namespace dino::mqtt::session_test
