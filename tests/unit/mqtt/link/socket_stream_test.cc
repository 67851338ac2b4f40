#include "server/mqtt/link/socket_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tests/support/process/file_descriptor.h"

namespace dino::mqtt {
namespace {

class SocketStreamTest : public ::testing::Test {
 protected:
  SocketStreamTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = testing::FileDescriptor(ends[0]);
    peers_ = testing::FileDescriptor(ends[1]);
  }

  // Up to `most` bytes of what has arrived.
  std::string Received(std::size_t most) {
    std::string bytes(most, '\0');
    const ssize_t count = read(peers_.number(), bytes.data(), most);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return bytes;
  }

  EpollPoller poller_;
  testing::FileDescriptor ours_;
  testing::FileDescriptor peers_;
};

TEST_F(SocketStreamTest, AnOutputThatNeverBecomesEmptyDoesNotGrow) {
  constexpr std::size_t kPiece = 4096;
  constexpr std::size_t kRounds = 5000;
  constexpr std::size_t kCushion = 262144;
  SocketStream stream(poller_, ours_.number(), nullptr, nullptr);
  while (!stream.pending()) {
    stream.output().append(kPiece, '.');
    ASSERT_TRUE(stream.Flush().ok());
  }
  // The socket takes more than was read now and then.
  stream.output().append(kCushion, '.');
  std::size_t largest = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    stream.output().append(kPiece, static_cast<char>('a' + round % 26));
    Received(kPiece);
    ASSERT_TRUE(stream.Flush().ok());
    ASSERT_TRUE(stream.pending());
    largest = std::max(largest, stream.output().size());
  }
  EXPECT_LT(largest, 4 * kCushion);
  EXPECT_GT(stream.written(), kRounds * kPiece / 2);
}

TEST_F(SocketStreamTest, NothingIsLostOrSwappedOnTheWay) {
  SocketStream stream(poller_, ours_.number(), nullptr, nullptr);
  std::string sent;
  std::string received;
  for (std::size_t i = 0; i < 2000; ++i) {
    const std::string piece = std::to_string(i) + std::string(i, '-');
    sent += piece;
    stream.output() += piece;
    ASSERT_EQ(stream.put(), sent.size());
    ASSERT_TRUE(stream.Flush().ok());
    if (i % 3 == 0) received += Received(1000);
  }
  while (stream.pending()) {
    received += Received(100000);
    ASSERT_TRUE(stream.Flush().ok());
  }
  for (std::string piece = Received(100000); !piece.empty(); piece = Received(100000)) {
    received += piece;
  }
  EXPECT_EQ(stream.written(), sent.size());
  EXPECT_TRUE(received == sent);
}

TEST_F(SocketStreamTest, ReadsUntilTheEnd) {
  SocketStream stream(poller_, ours_.number(), nullptr, nullptr);
  std::string taken;
  const auto take = [&taken](std::string_view bytes) {
    taken += bytes;
    return absl::OkStatus();
  };
  EXPECT_TRUE(stream.Read(take).ok()) << "nothing has come";
  ASSERT_EQ(write(peers_.number(), "abc", 3), 3);
  EXPECT_TRUE(stream.Read(take).ok());
  EXPECT_EQ(taken, "abc");
  peers_.Close();
  EXPECT_EQ(std::string(stream.Read(take).message()), "connection closed");
}

TEST_F(SocketStreamTest, AnErrorOfWhoTakesIsPassedOn) {
  SocketStream stream(poller_, ours_.number(), nullptr, nullptr);
  ASSERT_EQ(write(peers_.number(), "abc", 3), 3);
  EXPECT_TRUE(absl::IsDataLoss(
      stream.Read([](std::string_view) { return absl::DataLossError("bad bytes"); })));
}

}  // namespace
}  // namespace dino::mqtt
