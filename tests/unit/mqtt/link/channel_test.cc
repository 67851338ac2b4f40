#include "tests/unit/mqtt/link/channel_fixture.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using Status = Channel::PublishStatus;

TEST_F(ChannelTest, ACorkedBurstLeavesAtOnce) {
  Open();
  EXPECT_TRUE(channel_->Cork(true));
  EXPECT_EQ(Publish("a"), Status::kSent);
  EXPECT_EQ(Publish("b"), Status::kSent);
  EXPECT_THAT(Received(), IsEmpty());
  EXPECT_TRUE(channel_->Cork(false));
  EXPECT_THAT(Received(),
              SizeIs(2 * PublishPacketSize(9, 1, Qos::kAtLeastOnce, properties_.size())));
}

TEST_F(ChannelTest, WhatFindsNoRoomWaitsAndArrivesWhole) {
  Open();
  const std::string payload(20000, 'x');
  std::size_t published = 0;
  while (!channel_->wants_write()) {
    ASSERT_EQ(Publish(payload), Status::kSent);
    ++published;
  }
  ASSERT_EQ(Publish("the last one"), Status::kSent);
  std::string received;
  while (channel_->wants_write()) {
    received += Received();
    ASSERT_TRUE(channel_->OnSocket(EPOLLOUT).ok());
  }
  received += Received();
  EXPECT_EQ(received.size(),
            published * PublishPacketSize(9, 20000, Qos::kAtLeastOnce, properties_.size()) +
                PublishPacketSize(9, 12, Qos::kAtLeastOnce, properties_.size()));
  EXPECT_EQ(received.substr(received.size() - 12), "the last one");
}

TEST_F(ChannelTest, Qos0IsAnsweredWhenItIsInTheSocket) {
  Open();
  EXPECT_TRUE(channel_->Cork(true));
  EXPECT_EQ(Publish("a", Qos::kAtMostOnce), Status::kSent);
  const int first = packet_id_;
  EXPECT_EQ(Publish("b", Qos::kAtMostOnce), Status::kSent);
  EXPECT_THAT(acks_, IsEmpty());
  EXPECT_TRUE(channel_->Cork(false));
  EXPECT_THAT(acks_, ElementsAre(Pair(first, 0), Pair(packet_id_, 0)));
}

TEST_F(ChannelTest, WhatABrokerDoesNotTakeIsNotSent) {
  testing::ConnAck limits;
  limits.maximum_qos = 0;
  limits.maximum_packet_size = 200;
  Open(limits);
  EXPECT_EQ(Publish("a"), Status::kRefused);
  EXPECT_EQ(channel_->refusal().reason_code, 0x9B);
  EXPECT_EQ(channel_->refusal().limit, 0U);
  EXPECT_EQ(channel_->refusal().actual, 1U);
  EXPECT_EQ(Publish(std::string(200, 'x'), Qos::kAtMostOnce), Status::kRefused);
  EXPECT_EQ(channel_->refusal().reason_code, 0x95);
  EXPECT_EQ(channel_->refusal().limit, 200U);
  EXPECT_EQ(channel_->refusal().actual,
            PublishPacketSize(9, 200, Qos::kAtMostOnce, properties_.size()));
  for (const std::string& topic : {""s, "a/+"s, "#"s, "a\0b"s, std::string(65536, 't')}) {
    EXPECT_EQ(Publish("a", Qos::kAtMostOnce, topic), Status::kRefused);
    EXPECT_EQ(channel_->refusal().reason_code, 0x90) << topic.substr(0, 10);
  }
  EXPECT_THAT(Received(), IsEmpty());
  EXPECT_EQ(Publish("a", Qos::kAtMostOnce), Status::kSent);
}

TEST_F(ChannelTest, PacketIdsGoRoundWithoutZero) {
  Open();
  for (int i = 1; i <= 65535; ++i) {
    ASSERT_EQ(Publish(""), Status::kSent);
    ASSERT_EQ(packet_id_, i);
    if (i % 100 == 0) Received();
  }
  Received();
  EXPECT_EQ(Publish(""), Status::kSent);
  EXPECT_EQ(packet_id_, 1);
}

TEST_F(ChannelTest, AQuietConnectionIsPinged) {
  Open({}, seconds(10));
  const Clock::time_point start = Clock::now();
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(9)).ok());
  EXPECT_THAT(Received(), IsEmpty());
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(11)).ok());
  EXPECT_EQ(Received(), "\xC0\x00"s);
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(15)).ok());
  EXPECT_THAT(Received(), IsEmpty()) << "one at a time";
  Answer("\xD0\x00"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(22)).ok());
  EXPECT_THAT(Received(), SizeIs(2)) << "nothing was sent since the first ping";
  EXPECT_FALSE(channel_->KeepAlive(start + seconds(27)).ok()) << "no answer";
}

TEST_F(ChannelTest, ASilentDeathIsNoticedFiveSecondsAfterThePing) {
  Open({}, seconds(10));
  const Clock::time_point start = Clock::now();
  for (int i = 1; i < 15; ++i) ASSERT_TRUE(channel_->KeepAlive(start + seconds(i)).ok()) << i;
  EXPECT_EQ(Received(), "\xC0\x00"s);
  EXPECT_FALSE(channel_->KeepAlive(start + seconds(15)).ok());
  EXPECT_EQ(channel_->loss()->kind, Loss::Kind::kNoPingResp);
}

TEST_F(ChannelTest, ABusyConnectionIsNotPinged) {
  Open({}, seconds(10));
  const Clock::time_point start = Clock::now();
  for (int i = 1; i < 40; ++i) {
    ASSERT_EQ(Publish("a"), Status::kSent);
    Answer("\x40\x02\x00\x01"s);
    ASSERT_TRUE(channel_->OnSocket(EPOLLIN).ok());
    Received();
    ASSERT_TRUE(channel_->KeepAlive(start + seconds(i)).ok());
    ASSERT_THAT(Received(), IsEmpty());
  }
}

TEST_F(ChannelTest, TheBrokersKeepAliveShortensOursAndNeverProlongsIt) {
  const struct {
    const char* name;
    int ours;
    std::uint16_t brokers;
    int expected;
  } kCases[] = {{"shorter", 30, 5, 5},
                {"longer", 10, 60, 10},
                {"none", 10, 0, 10},
                {"the only one", 0, 5, 5}};
  for (const auto& test : kCases) {
    testing::ConnAck limits;
    limits.server_keep_alive = test.brokers;
    Open(limits, seconds(test.ours));
    const Clock::time_point start = Clock::now();
    EXPECT_TRUE(channel_->KeepAlive(start + seconds(test.expected - 1)).ok());
    EXPECT_THAT(Received(), IsEmpty()) << test.name;
    EXPECT_TRUE(channel_->KeepAlive(start + seconds(test.expected + 1)).ok());
    EXPECT_EQ(Received(), "\xC0\x00"s) << test.name;
  }
}

}  // namespace
}  // namespace dino::mqtt
