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

}  // namespace
}  // namespace dino::mqtt::session_test
