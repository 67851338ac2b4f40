#include "tests/support/mqtt/fault_proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/mqtt/proxy_client.h"

namespace dino::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class FaultProxyTest : public ::testing::Test {
 protected:
  // Connects a client, and the broker's side of its connection.
  void Open() {
    client_ = std::make_unique<ProxyClient>(proxy_);
    connection_ = std::make_unique<FakeConnection>(broker_.Accept());
    client_->Send(kConnect);
    connection_->ExpectConnect();
  }

  // One packet each way passes.
  void ExpectOpen() {
    client_->Send(PublishBytes('x'));
    connection_->ExpectPublish("t", "x");
    connection_->Send(PubAck{1, 0});
    EXPECT_EQ(client_->Receive(4), Encode(PubAck{1, 0}));
  }

  FakeBroker broker_;
  FaultProxy proxy_{broker_.port()};
  std::unique_ptr<ProxyClient> client_;
  std::unique_ptr<FakeConnection> connection_;
};

TEST_F(FaultProxyTest, PassesEverythingAtFirst) {
  Open();
  ExpectOpen();
  EXPECT_EQ(proxy_.connection_count(), 1U);
}

TEST_F(FaultProxyTest, ServesSeveralConnections) {
  Open();
  ProxyClient other(proxy_);
  FakeConnection other_connection = broker_.Accept();
  other.Send(PublishBytes('b'));
  other_connection.ExpectPublish("t", "b");
  ExpectOpen();
}

TEST_F(FaultProxyTest, HoldsOneDirectionAndReleasesItLater) {
  Open();
  Shape hold;
  hold.hold = true;
  proxy_.Set(FaultProxy::Direction::kToClient, hold);
  client_->Send(PublishBytes('a'));
  connection_->ExpectPublish("t", "a");
  connection_->Send(PubAck{1, 0});
  EXPECT_TRUE(client_->HearsNothing());

  proxy_.Heal();
  EXPECT_EQ(client_->Receive(4), Encode(PubAck{1, 0}));
}

TEST_F(FaultProxyTest, HoldsTheCloseOfAConnectionToo) {
  Open();
  Shape hold;
  hold.hold = true;
  proxy_.SetBoth(hold);
  client_->Send(PublishBytes('a'));
  client_->Close();
  EXPECT_EQ(proxy_.connection_count(), 1U);
  connection_->ExpectNothingMore();

  proxy_.Heal();
  connection_->ExpectPublish("t", "a");
  connection_->ExpectClosed();
}

TEST_F(FaultProxyTest, DropsOnlyAcks) {
  Open();
  proxy_.LoseAcks(true);
  connection_->Send(PubAck{1, 0});
  connection_->Send(PingResp{});
  EXPECT_EQ(client_->Receive(2), Encode(PingResp{}));

  proxy_.Heal();
  connection_->Send(PubAck{2, 0});
  EXPECT_EQ(client_->Receive(4), Encode(PubAck{2, 0}));
}

TEST_F(FaultProxyTest, DelaysTraffic) {
  Open();
  Shape delay;
  delay.delay = milliseconds(100);
  proxy_.Set(FaultProxy::Direction::kToBroker, delay);
  const Clock::time_point begin = Clock::now();
  client_->Send(PublishBytes('a'));
  connection_->ExpectPublish("t", "a");
  EXPECT_GE(Clock::now() - begin, milliseconds(100));
}

TEST_F(FaultProxyTest, LimitsTheSpeed) {
  Open();
  Shape limit;
  limit.bytes_per_second = 100;
  proxy_.Set(FaultProxy::Direction::kToBroker, limit);
  const Clock::time_point begin = Clock::now();
  client_->Send(PublishBytes('a') + PublishBytes('b'));
  connection_->ExpectPublish("t", "a");
  connection_->ExpectPublish("t", "b");
  EXPECT_GE(Clock::now() - begin, milliseconds(100));
}

TEST_F(FaultProxyTest, PassesPacketsByteByByte) {
  Open();
  Shape one;
  one.one_byte_at_a_time = true;
  proxy_.SetBoth(one);
  ExpectOpen();
}

TEST_F(FaultProxyTest, ResetsConnections) {
  Open();
  proxy_.ResetConnections();
  EXPECT_EQ(client_->WaitForEnd(), Ending::kReset);
  connection_->ExpectClosed();
  Open();
  ExpectOpen();
}

TEST_F(FaultProxyTest, ClosesConnectionsCleanly) {
  Open();
  proxy_.CloseConnections();
  EXPECT_EQ(client_->WaitForEnd(), Ending::kInOrder);
  connection_->ExpectClosed();
}

TEST_F(FaultProxyTest, PassesOnTheCloseOfEitherSide) {
  Open();
  connection_->Send(PingResp{});
  connection_->Close();
  EXPECT_EQ(client_->Receive(3), Encode(PingResp{}));
  Open();
  client_->Close();
  connection_->ExpectClosed();
  Open();
  connection_->Reset();
  EXPECT_EQ(client_->WaitForEnd(), Ending::kReset);
}

TEST_F(FaultProxyTest, RefusesConnections) {
  proxy_.Set(FaultProxy::Door::kRefuse);
  EXPECT_FALSE(ProxyClient(proxy_).connected());
  proxy_.Heal();
  Open();
  ExpectOpen();
}

TEST_F(FaultProxyTest, AcceptsConnectionsAndStaysSilent) {
  proxy_.Set(FaultProxy::Door::kBlackHole);
  ProxyClient lost(proxy_);
  lost.Send(kPing);
  EXPECT_TRUE(lost.HearsNothing());
  broker_.ExpectNoConnection();

  proxy_.Heal();
  Open();
  ExpectOpen();
  EXPECT_TRUE(lost.HearsNothing());
}

TEST_F(FaultProxyTest, ResetsTheClientIfTheBrokerRefusesTheConnection) {
  broker_.StopListening();
  ProxyClient refused(proxy_);
  EXPECT_EQ(refused.WaitForEnd(), Ending::kReset);
}

TEST_F(FaultProxyTest, CountsLostConnectionsThatCarriedAPublication) {
  Open();
  proxy_.ResetConnections();
  EXPECT_THAT(proxy_.LostConnections(), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    Open();
    ExpectOpen();
    proxy_.ResetConnections();
  }
  EXPECT_THAT(proxy_.LostConnections(), ElementsAre(Pair("c", SizeIs(2))));
}

TEST_F(FaultProxyTest, TampersWithOnePublication) {
  Open();
  proxy_.Tamper(Tampering::kLoseOne, "t");
  client_->Send(PublishBytes('a', 1));
  proxy_.WaitForTampering();
  EXPECT_EQ(client_->Receive(4), Encode(PubAck{1, 0}));
  client_->Send(PublishBytes('b', 2));
  connection_->ExpectPublish("t", "b");
}

}  // namespace
}  // namespace dino::testing
