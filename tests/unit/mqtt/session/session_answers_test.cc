#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/session/session.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

TEST_F(SessionPoolTest, KeepsNoMoreInFlightThanTheBrokerTakes) {
  Start();
  ConnAck answer;
  answer.receive_maximum = 2;
  FakeConnection connection = Connected(answer);
  PublishBatch("a", {"1", "2", "3"});
  const Publish first = connection.ExpectPublish("1", "a");
  connection.ExpectPublish("2", "a");
  connection.ExpectNothingMore();
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("3", "a");
}

TEST_F(SessionPoolTest, KeepsNoMoreInFlightThanItsOwnWindow) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.in_flight_window = 2;
  Start(options);
  FakeConnection connection = Connected();
  PublishBatch("a", {"1", "2", "3"});
  const Publish first = connection.ExpectPublish("1", "a");
  connection.ExpectPublish("2", "a");
  connection.ExpectNothingMore();
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("3", "a");
}

TEST_F(SessionPoolTest, QosZeroEndsWhenItIsWritten) {
  Start();
  FakeConnection connection = Connected();
  PublishOptions options = RecordingBatch::Options();
  options.qos = Qos::kAtMostOnce;
  std::vector<std::string> topics;
  topics.reserve(200);
  for (int i = 0; i < 200; ++i) topics.push_back(std::to_string(i));
  const auto batch = PublishBatch("a", topics, options);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  for (const Publish& publish : connection.ExpectPublishes(200)) EXPECT_EQ(publish.qos, 0);
}

TEST_F(SessionPoolTest, ABusyBrokerGetsThePublicationAgainOnTheSameConnection) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  for (const std::uint8_t busy : {0x83, 0x80, 0x97}) {
    connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id, busy});
  }
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SessionPoolTest, ABrokerThatHasJustStartedMayRefuseAtFirst) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id, kNotAuthorized});
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SessionPoolTest, APacketOfExactlyTheBrokersLimitIsSentAndOneByteMoreIsNot) {
  // The packet's size, counted by hand: fixed header 3, topic 2 + 1, packet identifier 2, length
  // of the properties 1, properties 2 + 5 + 19 + 14 + 16, payload.
  constexpr std::size_t kWithoutPayload = 3 + 3 + 2 + 1 + 56;
  ConnAck answer;
  answer.maximum_packet_size = 200;
  Start();
  FakeConnection connection = Connected(answer);
  const auto fits = PublishBatch(std::string(200 - kWithoutPayload, 'x'), {"1"});
  connection.Send(PubAck{connection.ExpectPublish().packet_id});
  ASSERT_TRUE(fits->WaitForEnd());
  EXPECT_THAT(fits->outcomes(), Each(Outcome::kAcknowledged));
  const auto too_large = PublishBatch(std::string(201 - kWithoutPayload, 'x'), {"1"});
  ASSERT_TRUE(too_large->WaitForEnd());
  EXPECT_EQ(too_large->publication_outcomes()[0].reason_code, 0x95);
  connection.ExpectNothingMore();
}

TEST_F(SessionPoolTest, APublicationThatTheBrokerCannotTakeIsNotSent) {
  struct Case {
    const char* name;
    ConnAck answer;
    std::uint8_t reason_code;
    std::size_t limit;
    std::size_t actual;
  };
  ConnAck small;
  small.maximum_packet_size = 200;
  ConnAck no_qos1;
  no_qos1.maximum_qos = 0;
  Start();
  for (const Case& c :
       {Case{"packet size", small, 0x95, 200, 65 + 200}, Case{"QoS", no_qos1, 0x9B, 0, 1}}) {
    SCOPED_TRACE(c.name);
    FakeConnection connection = Connected(c.answer);
    const auto batch = PublishBatch(std::string(200, 'x'), {"1"});
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_EQ(batch->publication_outcomes()[0].outcome, Outcome::kNotSent);
    EXPECT_EQ(batch->publication_outcomes()[0].reason_code, c.reason_code);
    ASSERT_THAT(batch->explanations(), SizeIs(1));
    EXPECT_EQ(batch->explanations()[0].reason_code, c.reason_code);
    EXPECT_EQ(batch->explanations()[0].limit, c.limit);
    EXPECT_EQ(batch->explanations()[0].actual, c.actual);
    connection.ExpectNothingMore();
    connection.Close();
    EXPECT_FALSE(changes_.Next().connected);
  }
}

TEST_F(SessionPoolTest, TheBrokersReasonIsPassedOn) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2"});
  const std::vector<Publish> sent = connection.ExpectPublishes(2);
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{sent.at(1).packet_id, 0x99, testing::Form::kLong});
  ASSERT_TRUE(batch->WaitForEnd());
  ASSERT_THAT(batch->explanations(), SizeIs(1));
  EXPECT_EQ(batch->explanations()[0].position, 1U);
  EXPECT_EQ(batch->explanations()[0].reason_code, 0x99);
  EXPECT_EQ(batch->explanations()[0].reason_string, "because");
}

TEST_F(SessionPoolTest, WhatTheBrokerPublishesIsCounted) {
  Start();
  FakeConnection connection = Connected();
  for (std::uint64_t i = 1; i <= 2; ++i) {
    // QoS 0, before the answer to one of ours.
    const auto batch = PublishBatch("a", {"1"});
    const Publish publish = connection.ExpectPublish("1", "a");
    connection.SendBytes(std::string("\x30\x05\x00\x01t\x00x", 7) +
                         Encode(PubAck{publish.packet_id}));
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_EQ(pool_->unsolicited(0), i);
  }
}

TEST_F(SessionPoolTest, IgnoresAcksTwiceAndForUnknownPackets) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2"});
  const std::vector<Publish> sent = connection.ExpectPublishes(2);
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{12345});
  PublishBatch("b", {"3"});
  connection.ExpectPublish("3", "b");
  EXPECT_FALSE(batch->ended());
  connection.Send(PubAck{sent.at(1).packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
  EXPECT_EQ(batch->settle_count(), 2U);
}

}  // namespace
}  // namespace dino::mqtt::session_test
