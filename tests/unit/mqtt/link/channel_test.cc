#include "server/mqtt/link/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/link/epoll_poller.h"
#include "server/mqtt/link/socket_stream.h"
#include "server/mqtt/wire/packet_size.h"
#include "tests/support/mqtt/recording_batch.h"
#include "tests/support/process/file_descriptor.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Status = Channel::PublishStatus;

// A channel whose broker is the test: the other end of a pair of sockets.
class ChannelTest : public ::testing::Test, private SocketHandler, private Channel::Listener {
 protected:
  ChannelTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = testing::FileDescriptor(ends[0]);
    brokers_ = testing::FileDescriptor(ends[1]);
  }

  void Open(const ConnAck& limits = {}, seconds keep_alive = seconds(30)) {
    channel_.emplace(std::make_unique<SocketStream>(poller_, ours_.number(), nullptr, nullptr),
                     limits, keep_alive);
    channel_->HandTo(*this, *this);
  }

  void OnSocket(std::uint32_t /*events*/) override {}
  void OnPubAck(int packet_id, std::uint8_t reason_code) override {
    acks_.emplace_back(packet_id, reason_code);
  }

  Status Publish(const std::string& payload, Qos qos = Qos::kAtLeastOnce,
                 const std::string& topic = "dms/dev/1") {
    return channel_->Publish(topic, payload, qos, properties_, packet_id_, reason_code_);
  }

  // What has arrived at the broker.
  std::string Received() {
    std::string all;
    std::array<char, 65536> piece{};
    for (ssize_t count = 0; (count = read(brokers_.number(), piece.data(), piece.size())) > 0;) {
      all.append(piece.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

  void Answer(std::string_view bytes) {
    EXPECT_EQ(write(brokers_.number(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }

  EpollPoller poller_;
  testing::FileDescriptor ours_;
  testing::FileDescriptor brokers_;
  std::optional<Channel> channel_;
  const PublishProperties properties_{testing::RecordingBatch::Options(), seconds(60)};
  int packet_id_ = 0;
  std::uint8_t reason_code_ = 0;
  std::vector<std::pair<int, std::uint8_t>> acks_;
};

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

TEST_F(ChannelTest, AnswersComeInAnyPieces) {
  Open();
  EXPECT_EQ(Publish("a"), Status::kSent);
  Answer("\x40\x03\x00"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, IsEmpty());
  Answer("\x01\x10"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_THAT(acks_, ElementsAre(Pair(packet_id_, 0x10)));
}

TEST_F(ChannelTest, AnswersBeforeTheEndCount) {
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

TEST_F(ChannelTest, WhoBreaksTheProtocolIsTold) {
  Open();
  Answer("\x30\x00"s);
  EXPECT_TRUE(absl::IsDataLoss(channel_->OnSocket(EPOLLIN)));
  EXPECT_EQ(Received(), "\xE0\x02\x82\x00"s);
}

TEST_F(ChannelTest, TheBrokersReasonToDisconnectIsKept) {
  Open();
  EXPECT_FALSE(channel_->disconnected_by_broker());
  Answer("\xE0\x02\x8E\x00"s);
  const absl::Status end = channel_->OnSocket(EPOLLIN);
  EXPECT_TRUE(channel_->disconnected_by_broker());
  EXPECT_TRUE(channel_->taken_over());
  EXPECT_THAT(channel_->ReasonOfLoss(end), StartsWith("broker disconnected: 0x8e"));
}

TEST_F(ChannelTest, WhatABrokerDoesNotTakeIsNotSent) {
  ConnAck limits;
  limits.maximum_qos = 0;
  limits.maximum_packet_size = 200;
  Open(limits);
  EXPECT_EQ(Publish("a"), Status::kRefused);
  EXPECT_EQ(reason_code_, 0x9B);
  EXPECT_EQ(Publish(std::string(200, 'x'), Qos::kAtMostOnce), Status::kRefused);
  EXPECT_EQ(reason_code_, 0x95);
  for (const std::string& topic : {""s, "a/+"s, "#"s, "a\0b"s, std::string(65536, 't')}) {
    EXPECT_EQ(Publish("a", Qos::kAtMostOnce, topic), Status::kRefused);
    EXPECT_EQ(reason_code_, 0x90) << topic.substr(0, 10);
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
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(20)).ok());
  EXPECT_THAT(Received(), IsEmpty()) << "one at a time";
  Answer("\xD0\x00"s);
  EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
  EXPECT_TRUE(channel_->KeepAlive(start + seconds(22)).ok());
  EXPECT_THAT(Received(), SizeIs(2)) << "nothing was sent since the first ping";
  EXPECT_FALSE(channel_->KeepAlive(start + seconds(33)).ok()) << "no answer";
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

TEST_F(ChannelTest, TheBrokersKeepAliveIsInForce) {
  ConnAck limits;
  limits.server_keep_alive = 5;
  Open(limits, seconds(30));
  EXPECT_TRUE(channel_->KeepAlive(Clock::now() + seconds(6)).ok());
  EXPECT_EQ(Received(), "\xC0\x00"s);
  limits.server_keep_alive = 0;
  Open(limits, seconds(30));
  EXPECT_TRUE(channel_->KeepAlive(Clock::now() + seconds(1000)).ok());
  EXPECT_THAT(Received(), IsEmpty()) << "it wants none";
}

}  // namespace
}  // namespace dino::mqtt
