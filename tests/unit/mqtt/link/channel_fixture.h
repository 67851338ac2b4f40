#ifndef DINO_TESTS_UNIT_MQTT_LINK_CHANNEL_FIXTURE_H_
#define DINO_TESTS_UNIT_MQTT_LINK_CHANNEL_FIXTURE_H_

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
#include <string_view>
#include <utility>
#include <vector>

#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/epoll_poller.h"
#include "server/mqtt/link/socket_stream.h"
#include "server/mqtt/wire/packet_size.h"
#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/mqtt/recording_batch.h"
#include "tests/support/process/file_descriptor.h"

namespace dino::mqtt {

// A channel whose broker is the test: the other end of a pair of sockets.
class ChannelTest : public ::testing::Test, private SocketHandler, private Channel::Listener {
 protected:
  ChannelTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = testing::FileDescriptor(ends[0]);
    brokers_ = testing::FileDescriptor(ends[1]);
  }

  void OpenUnaccepted(std::chrono::seconds keep_alive = std::chrono::seconds(30)) {
    channel_.emplace(std::make_unique<SocketStream>(poller_, ours_.number(), nullptr, nullptr),
                     keep_alive);
    channel_->HandTo(*this, *this);
  }

  // The broker answers with `connack`.
  void Open(const testing::ConnAck& connack = {},
            std::chrono::seconds keep_alive = std::chrono::seconds(30)) {
    OpenUnaccepted(keep_alive);
    Answer(Encode(connack));
    EXPECT_TRUE(channel_->OnSocket(EPOLLIN).ok());
    EXPECT_TRUE(channel_->accepted());
  }

  // How the connection is lost after these bytes.
  Loss LossAfter(std::string_view bytes) {
    Answer(bytes);
    const absl::Status status = channel_->OnSocket(EPOLLIN);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(channel_->ReasonOfLoss(absl::UnknownError("")), status.message());
    return channel_->loss().value_or(Loss{});
  }

  void OnSocket(std::uint32_t /*events*/) override {}
  void OnPubAck(int packet_id, std::uint8_t reason_code, std::string_view reason_string) override {
    acks_.emplace_back(packet_id, reason_code);
    reasons_.emplace_back(reason_string);
  }

  Channel::PublishStatus Publish(const std::string& payload, Qos qos = Qos::kAtLeastOnce,
                                 const std::string& topic = "dms/dev/1") {
    return channel_->Publish(topic, payload, qos, properties_, packet_id_);
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
  const PublishProperties properties_{testing::RecordingBatch::Options(), std::chrono::seconds(60)};
  int packet_id_ = 0;
  std::vector<std::pair<int, std::uint8_t>> acks_;
  std::vector<std::string> reasons_;
};

}  // namespace dino::mqtt

#endif  // DINO_TESTS_UNIT_MQTT_LINK_CHANNEL_FIXTURE_H_
