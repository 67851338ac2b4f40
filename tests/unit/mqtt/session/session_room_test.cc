// A session that has something to write and sends no publications.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/mqtt/link/epoll_poller.h"
#include "server/mqtt/link/socket_stream.h"
#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/process/file_descriptor.h"

namespace dino::mqtt {
namespace {

// Connects at once, by a socket at whose other end the broker's CONNACK waits.
class ReadyConnector : public Connector, private SocketHandler, private Channel::Listener {
 public:
  ReadyConnector(EpollPoller& poller, int socket, DoneFunction done)
      : poller_(poller), socket_(socket), done_(std::move(done)) {}

  void Start(Target /*target*/) override {
    auto stream = std::make_unique<SocketStream>(poller_, socket_, nullptr, nullptr);
    channel_ = std::make_unique<Channel>(std::move(stream), /*keep_alive=*/std::chrono::seconds(0));
    EXPECT_TRUE(poller_.Add(socket_, EPOLLIN, *this));
    channel_->HandTo(*this, *this);
    done_(channel_->OnSocket(EPOLLIN));
  }
  void Cancel() override {}
  void OnResolved(const std::string& /*host*/,
                  const absl::StatusOr<Resolver::Addresses>& /*addresses*/) override {}
  void Advance(Clock::time_point /*now*/) override {}
  Clock::time_point NextTimer() const override { return Clock::time_point::max(); }
  bool ready() const override { return channel_ != nullptr; }
  bool idle() const override { return channel_ == nullptr; }
  Clock::time_point began_at() const override { return began_at_; }
  const std::string& endpoint() const override { return endpoint_; }
  std::unique_ptr<Channel> Take() override { return std::move(channel_); }

 private:
  void OnSocket(std::uint32_t /*events*/) override {}
  void OnPubAck(int /*packet_id*/, std::uint8_t /*reason_code*/,
                std::string_view /*reason_string*/) override {}

  EpollPoller& poller_;
  const int socket_;
  const DoneFunction done_;
  std::unique_ptr<Channel> channel_;
  const Clock::time_point began_at_ = Clock::now();
  const std::string endpoint_ = "broker";
};

// As brokers send it that subscribe their clients themselves.
std::string PublishOfBroker(std::uint16_t packet_id) {
  std::string packet("\x32\x06\x00\x01t", 5);
  packet += static_cast<char>(packet_id >> 8);
  packet += static_cast<char>(packet_id & 0xFF);
  packet += '\0';
  return packet;
}

TEST(SessionRoomTest, AnswersToTheBrokersPublicationsWaitForRoom) {
  constexpr std::size_t kPublications = 10000;
  constexpr std::size_t kPubAckBytes = 4;
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  const testing::FileDescriptor ours(ends[0]);
  const testing::FileDescriptor brokers(ends[1]);
  // So little that not all answers fit.
  constexpr int kRoom = 4096;
  ASSERT_EQ(setsockopt(ours.number(), SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof(kRoom)), 0);
  // No event fits it: nothing is published there.
  testing::ConnAck greeting;
  greeting.maximum_packet_size = 100;
  std::string unsent = testing::Encode(greeting);

  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", 1883}};
  options.sessions = 1;
  options.make_link = [&ours] {
    auto poller = std::make_unique<EpollPoller>();
    EpollPoller& all = *poller;
    return Link{std::move(poller),
                [&all, &ours](const ConnectOptions& /*options*/,
                              const Connector::ResolveFunction& /*resolve*/,
                              Connector::DoneFunction done) -> std::unique_ptr<Connector> {
                  return std::make_unique<ReadyConnector>(all, ours.number(), std::move(done));
                }};
  };
  SessionPool pool(options);
  const auto turn = [&] {
    const ssize_t count = write(brokers.number(), unsent.data(), unsent.size());
    if (count > 0) unsent.erase(0, static_cast<std::size_t>(count));
    pool.loop(0).Turn();
  };
  turn();
  ASSERT_TRUE(pool.Sessions().front().connected);
  for (std::size_t id = 1; id <= kPublications; ++id) {
    unsent += PublishOfBroker(static_cast<std::uint16_t>(id));
  }
  for (int i = 0; i < 100 && pool.unsolicited(0) < kPublications; ++i) turn();
  ASSERT_EQ(pool.unsolicited(0), kPublications);

  // Only now does the broker read.
  std::size_t received = 0;
  std::array<char, 65536> piece{};
  for (int i = 0; i < 50 && received < kPublications * kPubAckBytes; ++i) {
    const ssize_t count = read(brokers.number(), piece.data(), piece.size());
    if (count > 0) received += static_cast<std::size_t>(count);
    turn();
  }
  EXPECT_EQ(received, kPublications * kPubAckBytes);
}

}  // namespace
}  // namespace dino::mqtt
