#include "tests/unit/mqtt/link/channel_fixture.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;
using Status = Channel::PublishStatus;

// What comes from the broker.
class ChannelAnswersTest : public ChannelTest {};

TEST_F(ChannelAnswersTest, AnswersComeInAnyPieces) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  Answer("\x40\x03\x00"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, IsEmpty());
  Answer("\x01\x10"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, ElementsAre(Pair(packet_id_, 0x10)));
}

TEST_F(ChannelAnswersTest, AnswersBeforeTheEndCount) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  Answer("\x40\x02\x00\x01"s);
  Received();
  brokers_ = testing::FileDescriptor();
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, ElementsAre(Pair(1, 0)));
  const absl::Status end = channel_->OnSocket(EPOLLIN | EPOLLHUP);
  EXPECT_EQ(end.message(), "connection closed");
  EXPECT_EQ(Publish("b"), Status::kConnectionLost);
  EXPECT_TRUE(channel_->Cork(true));
  EXPECT_EQ(Publish("c"), Status::kSent) << "nobody knows yet";
  EXPECT_FALSE(channel_->Cork(false));
}

TEST_F(ChannelAnswersTest, ARefusedPublicationBringsItsReason) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  Answer("\x40\x0A\x00\x01\x87\x06\x1F\x00\x03why"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, ElementsAre(Pair(1, 0x87)));
  EXPECT_THAT(reasons_, ElementsAre("why"));
}

TEST_F(ChannelAnswersTest, TakesWhatTheBrokerAnnounces) {
  testing::ConnAck connack;
  connack.receive_maximum = 10;
  connack.assigned_client_id = "auto";
  Open(connack);
  EXPECT_EQ(channel_->connack().receive_maximum, 10);
  EXPECT_EQ(channel_->connack().assigned_client_id, "auto");
}

TEST_F(ChannelAnswersTest, SaysWhyTheBrokerRefuses) {
  OpenUnaccepted();
  const Loss loss = LossAfter("\x20\x11\x00\x9C\x0E\x1F\x00\x04"s + "full\x1C\x00\x04"s + "b:18");
  EXPECT_EQ(loss.kind, Loss::Kind::kRefused);
  EXPECT_EQ(loss.reason_code, 0x9C);
  EXPECT_EQ(loss.reason_string, "full");
  EXPECT_EQ(loss.server_reference, "b:18");
  EXPECT_EQ(loss.text,
            "broker refused: 0x9c use another server: full; it names another server: b:18");
  EXPECT_FALSE(channel_->accepted());
}

TEST_F(ChannelAnswersTest, WhoBreaksTheProtocolIsTold) {
  Open();
  const Loss loss = LossAfter("\x90\x04\x00\x01\x00\x00"s);
  EXPECT_EQ(loss.kind, Loss::Kind::kNotMqtt);
  EXPECT_EQ(loss.text, "the broker breaks the protocol: SUBACK, which nobody asked for");
  EXPECT_EQ(Received(), "\xE0\x02\x82\x00"s);
}

TEST_F(ChannelAnswersTest, WhoSpeaksNoMqttIsToldNothing) {
  OpenUnaccepted();
  EXPECT_EQ(LossAfter("HTTP/1.1 400").kind, Loss::Kind::kNotMqtt);
  EXPECT_THAT(Received(), IsEmpty());
}

TEST_F(ChannelAnswersTest, TheBrokersReasonToDisconnectIsKept) {
  Open();
  EXPECT_FALSE(channel_->loss().has_value());
  const Loss loss = LossAfter("\xE0\x02\x8E\x00"s);
  EXPECT_EQ(loss.kind, Loss::Kind::kDisconnected);
  EXPECT_EQ(loss.reason_code, 0x8E);
  EXPECT_TRUE(channel_->disconnected_by_broker());
  EXPECT_TRUE(channel_->taken_over());
  EXPECT_THAT(loss.text, StartsWith("broker disconnected: 0x8e session taken over: another process "
                                    "uses this client ID, or the broker takes the user name"));
}

TEST_F(ChannelAnswersTest, WhatABrokerPublishesIsAnsweredAndCounted) {
  Open();
  Answer(
      "\x30\x04\x00\x01t\x00\x32\x06\x00\x01t\x00\x07\x00"
      "\x34\x06\x00\x01t\x00\x08\x00\x62\x02\x00\x08"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_EQ(Received(), "\x40\x02\x00\x07\x50\x03\x00\x08\x83\x70\x03\x00\x08\x92"s);
  EXPECT_THAT(channel_->unsolicited(), ElementsAre(1, 1, 1));
  EXPECT_EQ(Publish("a"), Status::kSent) << "the connection lives";
}

TEST_F(ChannelAnswersTest, WhoPublishesAndReadsNothingIsLeft) {
  Open();
  std::string publishes;
  for (int i = 0; i < 1000; ++i) publishes += "\x32\x06\x00\x01t\x00\x07\x00"s;
  absl::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) {
    Answer(publishes);
    status = channel_->OnSocket(EPOLLIN);
  }
  EXPECT_THAT(status.message(), HasSubstr("reads no answer"));
  EXPECT_EQ(channel_->loss()->kind, Loss::Kind::kNotMqtt);
  EXPECT_LT(channel_->unsolicited()[1], 200000U);
}

TEST_F(ChannelAnswersTest, SaysHowTheConnectionEnded) {
  Open();
  brokers_.Close();
  EXPECT_EQ(Publish("a"), Status::kConnectionLost);
  EXPECT_EQ(channel_->loss()->kind, Loss::Kind::kClosed);
  EXPECT_EQ(channel_->loss()->text, "connection closed");
}

TEST_F(ChannelAnswersTest, TellsAResetFromAnEnd) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  // A pair of sockets is reset where one end closes with something unread.
  brokers_.Close();
  EXPECT_EQ(channel_->OnSocket(EPOLLIN | EPOLLHUP).message(), "connection reset");
  EXPECT_EQ(channel_->loss()->kind, Loss::Kind::kReset);
}

// mosquitto 2.0.11 refuses a publication so, and closes at once.
TEST_F(ChannelAnswersTest, WhatTheBrokerSaidBeforeAWriteFailedCounts) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  Received();
  Answer("\x40\x03\x00\x01\x87\xE0\x01\x98"s);
  brokers_.Close();
  EXPECT_EQ(Publish("b"), Status::kConnectionLost);
  EXPECT_THAT(acks_, ElementsAre(Pair(1, 0x87)));
  EXPECT_TRUE(channel_->disconnected_by_broker());
  EXPECT_EQ(channel_->loss()->reason_code, 0x98);
}

}  // namespace
}  // namespace dino::mqtt
