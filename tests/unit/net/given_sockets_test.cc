#include "server/net/given_sockets.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::net {
namespace {

using testing::FileDescriptor;

class GivenSocketsTest : public ::testing::Test {
 protected:
  int Give() {
    open_.emplace_back(socket(AF_INET, SOCK_STREAM, 0));
    given_.Add(open_.back().number(), "network");
    return open_.back().number();
  }

  void CloseFirst() { open_.pop_front(); }

  // Advances the time, so that they are counted again.
  bool HasOpen(std::size_t count) {
    now_ += GivenSockets::kCountInterval;
    return given_.HasOpen(count, now_);
  }

  std::deque<FileDescriptor> open_;
  GivenSockets given_;
  Clock::time_point now_;
};

TEST_F(GivenSocketsTest, CountsOpenSockets) {
  EXPECT_FALSE(HasOpen(1));
  Give();
  Give();
  EXPECT_TRUE(HasOpen(2));
  EXPECT_FALSE(HasOpen(3));
  CloseFirst();
  EXPECT_FALSE(HasOpen(2));
  EXPECT_TRUE(HasOpen(1));
}

TEST_F(GivenSocketsTest, DistinguishesASocketFromALaterOneWithItsNumber) {
  const int number = Give();
  CloseFirst();
  const FileDescriptor other(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(other.number(), number);
  EXPECT_FALSE(HasOpen(1));
}

TEST_F(GivenSocketsTest, AReusedNumberIsOneSocket) {
  const int number = Give();
  CloseFirst();
  ASSERT_EQ(Give(), number);
  EXPECT_TRUE(HasOpen(1));
  EXPECT_FALSE(HasOpen(2));
}

TEST_F(GivenSocketsTest, DoesNotCheckAllSocketsEveryTime) {
  Give();
  EXPECT_TRUE(HasOpen(1));
  CloseFirst();
  EXPECT_TRUE(given_.HasOpen(1, now_)) << "no time has gone by";
  EXPECT_FALSE(HasOpen(1));
}

std::uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

// Connections over loopback, whose other ends the test holds.
class MakeRoomTest : public ::testing::Test {
 protected:
  void Connect(const std::string& network) {
    peers_.push_back(testing::ConnectToLoopback(port_));
    open_.emplace_back(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    given_.Add(open_.back().number(), network);
  }

  // Whether that connection has ended.
  bool HasEnded(std::size_t number) const {
    char byte = 0;
    return recv(peers_[number].number(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  // Its peer has been silent for longer than those of all others.
  void BeSilent(std::size_t number) {
    constexpr unsigned kMilliseconds = 50;
    tcp_info info{};
    do {
      socklen_t length = sizeof(info);
      ASSERT_EQ(getsockopt(open_[number].number(), IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    } while (info.tcpi_last_data_recv < kMilliseconds);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (i == number) continue;
      ASSERT_EQ(send(peers_[i].number(), "x", 1, 0), 1);
      ASSERT_TRUE(testing::WaitUntilReadable(open_[i].number(), Clock::now() + testing::kPatience));
    }
  }

  bool MakeRoom(const std::string& newcomer, std::chrono::milliseconds silence) {
    now_ += GivenSockets::kSearchInterval;
    return given_.MakeRoom(newcomer, silence, now_);
  }

  static constexpr std::chrono::hours kNever{1};
  const FileDescriptor listener_ = testing::ListenOnLoopback(0);
  const std::uint16_t port_ = PortOf(listener_.number());
  std::deque<FileDescriptor> peers_;
  std::deque<FileDescriptor> open_;
  // Sockets of those who are known.
  std::set<int> known_;
  GivenSockets given_{[this](int fd) { return known_.count(fd) > 0; }};
  Clock::time_point now_;
};

TEST_F(MakeRoomTest, TheLongestSilentOneOfTheLargestNetworkEnds) {
  for (const char* network : {"small", "large", "large", "large"}) Connect(network);
  BeSilent(2);
  EXPECT_TRUE(MakeRoom("large", std::chrono::milliseconds(50)));
  for (std::size_t i = 0; i < peers_.size(); ++i) EXPECT_EQ(HasEnded(i), i == 2) << i;
  EXPECT_FALSE(given_.HasOpen(4, now_)) << "it does not count any more";
}

TEST_F(MakeRoomTest, NobodyEndsForAPeerOfTheSameNetworkWhileAllAreBusy) {
  for (int i = 0; i < 5; ++i) Connect("large");
  EXPECT_FALSE(MakeRoom("large", kNever));
}

TEST_F(MakeRoomTest, ABusyOneEndsForAFarSmallerNetwork) {
  for (int i = 0; i < 5; ++i) Connect("large");
  Connect("small");
  EXPECT_TRUE(MakeRoom("small", kNever));
  Connect("small");
  EXPECT_FALSE(MakeRoom("small", kNever)) << "2 are not less than a quarter of 4";
}

TEST_F(MakeRoomTest, ThoseOfKnownPeersEndLast) {
  for (const char* network : {"known", "known", "known", "a", "b"}) Connect(network);
  for (std::size_t i = 0; i < 3; ++i) known_.insert(open_[i].number());
  BeSilent(0);
  EXPECT_TRUE(MakeRoom("c", kNever));
  EXPECT_TRUE(MakeRoom("c", kNever));
  for (std::size_t i = 0; i < peers_.size(); ++i) EXPECT_EQ(HasEnded(i), i >= 3) << i;
  EXPECT_TRUE(MakeRoom("c", kNever));
  EXPECT_TRUE(HasEnded(0)) << "all others have ended";
}

TEST_F(MakeRoomTest, ThoseOfKnownPeersEndWhereStrangersHaveFew) {
  for (int i = 0; i < 4; ++i) {
    Connect("known");
    known_.insert(open_.back().number());
  }
  Connect("a");
  BeSilent(0);
  EXPECT_TRUE(MakeRoom("b", kNever));
  EXPECT_TRUE(HasEnded(0));
}

TEST_F(MakeRoomTest, StrangersWhoComeBetweenTwoSearchesTakeNoMoreThanAQuarterFromKnownPeers) {
  constexpr std::size_t kKnown = 8;
  for (std::size_t i = 0; i < kKnown; ++i) {
    Connect("known");
    known_.insert(open_.back().number());
  }
  EXPECT_TRUE(MakeRoom("a", kNever));
  Connect("a");
  EXPECT_TRUE(given_.MakeRoom("b", kNever, now_));
  Connect("b");
  EXPECT_FALSE(given_.MakeRoom("c", kNever, now_)) << "2 of 8 are a quarter";
  EXPECT_TRUE(MakeRoom("c", kNever)) << "of a stranger";
  std::size_t ended = 0;
  for (std::size_t i = 0; i < kKnown; ++i) {
    if (HasEnded(i)) ++ended;
  }
  EXPECT_EQ(ended, 2U);
}

TEST_F(MakeRoomTest, OneWhosePeerHasBecomeKnownSinceTheSearchDoesNotEnd) {
  for (const char* network : {"a", "b", "c"}) Connect(network);
  BeSilent(1);
  EXPECT_TRUE(MakeRoom("d", kNever));
  EXPECT_TRUE(HasEnded(1));
  known_.insert({open_[0].number(), open_[2].number()});
  EXPECT_FALSE(given_.MakeRoom("d", kNever, now_)) << "there was no other search";
}

TEST_F(MakeRoomTest, WhileStrangersAreBusyNoneOfAKnownPeerEnds) {
  for (int i = 0; i < 5; ++i) {
    Connect("known");
    known_.insert(open_.back().number());
  }
  Connect("a");
  Connect("b");
  EXPECT_FALSE(MakeRoom("a", kNever));
}

TEST_F(MakeRoomTest, ASocketThatWasClosedIsNotTakenForALaterOne) {
  Connect("large");
  const int number = open_.front().number();
  open_.pop_front();
  const FileDescriptor other(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(other.number(), number);
  EXPECT_FALSE(MakeRoom("small", kNever));
}

}  // namespace
}  // namespace dino::net
