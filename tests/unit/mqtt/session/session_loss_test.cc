#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/mqtt/session/session.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

TEST_F(SessionPoolTest, PublishesAgainInOrderAfterALostConnection) {
  Start();
  FakeConnection first = Connected();
  const auto batch = PublishBatch("a", {"1", "2", "3"});
  const auto later = PublishBatch("b", {"1"});
  const std::vector<Publish> sent = first.ExpectPublishes(3);
  first.Send(PubAck{sent.at(1).packet_id});
  first.Close();
  const SessionChange lost = changes_.Next();
  EXPECT_FALSE(lost.connected);
  EXPECT_TRUE(lost.was_connected);
  EXPECT_FALSE(pool_->connected());

  FakeConnection second = Connected();
  const Publish one = second.ExpectPublish("1", "a");
  const Publish three = second.ExpectPublish("3", "a");
  EXPECT_FALSE(one.duplicate) << "a new session knows no earlier packets";
  second.Send(PubAck{one.packet_id});
  const Publish after = second.ExpectPublish("1", "b");
  second.Send(PubAck{three.packet_id});
  second.Send(PubAck{after.packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  ASSERT_TRUE(later->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(batch->settle_count(), 3U);
}

TEST_F(SessionPoolTest, ReconnectsWhenNoPubackComesInTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection silent = Connected();
  const auto batch = PublishBatch("a", {"1"});
  silent.ExpectPublish("1", "a");
  EXPECT_THAT(changes_.Next().reason, HasSubstr("no PUBACK"));
  silent.ExpectClosed();
  // On a busy machine an answer may be late, too.
  constexpr int kMostAnswers = 20;
  const Clock::time_point limit = Clock::now() + kPatience;
  for (int i = 0; i < kMostAnswers && !batch->ended() && !HasFailure(); ++i) {
    FakeConnection connection = Connected();
    connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
    const auto known = [&] { return batch->ended() || changes_.HasNext(); };
    while (!known() && Clock::now() < limit) std::this_thread::yield();
    if (!batch->ended()) {
      EXPECT_THAT(changes_.Next().reason, HasSubstr("no PUBACK"));
    }
  }
  EXPECT_TRUE(batch->ended());
}

TEST_F(SessionPoolTest, TriesAgainWhenNoConnackComesInTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.connect_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection silent = broker_.Accept();
  silent.ExpectConnect();
  EXPECT_THAT(changes_.Next().reason, HasSubstr("no CONNACK"));
  silent.ExpectClosed();
  ConnectedInTime();
}

TEST_F(SessionPoolTest, SaysWhyTheBrokerRefuses) {
  Start();
  for (const std::uint8_t code : {0x86, 0x88, 0x89, 0x97, 0x9F}) {
    ConnAck refusal;
    refusal.reason_code = code;
    FakeConnection connection = broker_.AcceptSession(refusal);
    const SessionChange change = changes_.Next();
    EXPECT_FALSE(change.connected);
    EXPECT_FALSE(change.was_connected);
    EXPECT_THAT(change.reason, HasSubstr(DescribeReasonCode(code)));
    connection.ExpectClosed();
  }
}

TEST_F(SessionPoolTest, ReconnectsAfterADisconnectOfTheBroker) {
  Start();
  for (const std::uint8_t code : {0x00, 0x8B}) {
    FakeConnection connection = Connected();
    connection.Send(testing::Disconnect{code, testing::Form::kReasonCode});
    const SessionChange change = changes_.Next();
    EXPECT_TRUE(change.was_connected);
    EXPECT_THAT(change.reason, HasSubstr("broker disconnected: " + DescribeReasonCode(code)));
  }
  Connected();
}

TEST_F(SessionPoolTest, ATakenOverSessionNamesTheCauseAndWaitsLong) {
  Start();
  FakeConnection connection = Connected();
  connection.Send(testing::Disconnect{kSessionTakenOver, testing::Form::kReasonCode});
  const SessionChange change = changes_.Next();
  EXPECT_THAT(change.reason, HasSubstr("another process uses this client ID"));
  EXPECT_GE(change.retry_in, std::chrono::seconds(10));
}

TEST_F(SessionPoolTest, ASilentBrokerGetsHalfAsMuchTheNextTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  options.session.in_flight_window = 8;
  Start(options);
  FakeConnection silent = Connected();
  PublishBatch("a", {"1", "2", "3", "4", "5", "6", "7", "8", "9"});
  silent.ExpectPublishes(8);
  silent.ExpectClosed();
  EXPECT_FALSE(changes_.Next().connected);
  FakeConnection connection = Connected();
  for (const char* topic : {"1", "2", "3", "4"}) connection.ExpectPublish(topic, "a");
  connection.ExpectClosed();
}

TEST_F(SessionPoolTest, ReconnectsAfterADisconnectWithoutReasonCode) {
  Start();
  FakeConnection connection = Connected();
  // The library takes this form for an error, which does no harm.
  connection.Send(testing::Disconnect{0x00, testing::Form::kShort});
  EXPECT_TRUE(changes_.Next().was_connected);
  Connected();
}

TEST_F(SessionPoolTest, ConnectsWhenABrokerAppears) {
  broker_.StopListening();
  Start();
  EXPECT_FALSE(changes_.Next().connected);
  const auto batch = PublishBatch("a", {"1"});
  broker_.Listen();
  FakeConnection connection = broker_.AcceptSession();
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
}

TEST_F(SessionPoolTest, TriesTheNextBrokerWhenOneIsGone) {
  FakeBroker gone;
  gone.StopListening();
  SessionPoolOptions options = Options(gone.port());
  options.brokers.push_back({"127.0.0.1", broker_.port()});
  Start(options);
  EXPECT_EQ(changes_.Next().broker, gone.address());
  const FakeConnection connection = broker_.AcceptSession();
  // Attempts at the first one that failed meanwhile were told too.
  SessionChange change;
  do {
    change = changes_.Next();
  } while (!change.connected && !HasFailure());
  EXPECT_EQ(change.broker, broker_.address());
}

TEST_F(SessionPoolTest, AnExpiredBatchEndsWithoutABroker) {
  broker_.StopListening();
  Start();
  PublishOptions options = RecordingBatch::Options();
  options.deadline = Clock::now() + std::chrono::milliseconds(50);
  const auto batch = PublishBatch("a", {"1"}, options);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_GE(Clock::now(), options.deadline);
  EXPECT_EQ(batch->publication_outcomes()[0].outcome, Outcome::kNotSent);
  EXPECT_TRUE(batch->publication_outcomes()[0].unreachable);
}

TEST_F(SessionPoolTest, WhatWaitedIsSentWithTheTimeThatIsLeft) {
  broker_.StopListening();
  Start();
  PublishOptions options = RecordingBatch::Options();
  options.expires_at = Clock::now() + std::chrono::seconds(100);
  PublishBatch("a", {"1"}, options);
  // At least the first attempt fails, and the next one comes 50 ms later or more.
  EXPECT_FALSE(changes_.Next().connected);
  broker_.Listen();
  FakeConnection connection = broker_.AcceptSession();
  const Publish publish = connection.ExpectPublish("1", "a");
  EXPECT_LE(publish.message_expiry, 100U);
  EXPECT_GE(publish.message_expiry, 100U - kPatience.count());
}

TEST_F(SessionPoolTest, GarbageFromTheBrokerCostsTheConnectionOnly) {
  Start();
  FakeConnection connection = Connected();
  // Packet type 0 does not exist.
  connection.SendBytes(std::string(2, '\0'));
  EXPECT_TRUE(changes_.Next().was_connected);
  Connected();
}

}  // namespace
}  // namespace dino::mqtt::session_test
