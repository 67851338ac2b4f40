#include "server/mqtt/link/epoll_poller.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace dino::mqtt {
namespace {

constexpr std::chrono::hours kLong{1};

class EpollPollerTest : public ::testing::Test, protected SocketHandler {
 protected:
  EpollPollerTest() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  ~EpollPollerTest() override {
    for (const int end : ends_) close(end);
  }

  void OnSocket(std::uint32_t events) override {
    seen_ |= events;
    ++told_;
  }

  std::uint32_t Wait(Clock::time_point until) {
    seen_ = 0;
    told_ = 0;
    poller_.Wait(until);
    return seen_;
  }

  EpollPoller poller_;
  std::array<int, 2> ends_{};
  std::uint32_t seen_ = 0;
  int told_ = 0;
};

TEST_F(EpollPollerTest, ReportsWhatItWatchesFor) {
  ASSERT_TRUE(poller_.Add(ends_[0], EPOLLOUT, *this));
  EXPECT_EQ(Wait(Clock::now() + kLong), static_cast<std::uint32_t>(EPOLLOUT));
  poller_.Modify(ends_[0], EPOLLIN, *this);
  EXPECT_EQ(Wait(Clock::now()), 0U);
  ASSERT_EQ(write(ends_[1], "x", 1), 1);
  EXPECT_EQ(Wait(Clock::now() + kLong), static_cast<std::uint32_t>(EPOLLIN));
  poller_.Remove(ends_[0]);
  EXPECT_EQ(Wait(Clock::now()), 0U);
}

TEST_F(EpollPollerTest, TellsAgainOnceAndWaitsForNothingElse) {
  ASSERT_TRUE(poller_.Add(ends_[0], EPOLLIN, *this));
  poller_.TellAgain(ends_[0], *this);
  poller_.TellAgain(ends_[0], *this);
  EXPECT_EQ(Wait(Clock::now() + kLong), static_cast<std::uint32_t>(EPOLLIN));
  EXPECT_EQ(told_, 1);
  EXPECT_EQ(Wait(Clock::now()), 0U);
}

TEST_F(EpollPollerTest, TellsAgainWhoeverWatchesByThen) {
  struct Other : SocketHandler {
    void OnSocket(std::uint32_t events) override { seen |= events; }
    std::uint32_t seen = 0;
  } other;
  ASSERT_TRUE(poller_.Add(ends_[0], EPOLLIN, *this));
  poller_.TellAgain(ends_[0], *this);
  poller_.Modify(ends_[0], EPOLLIN, other);
  EXPECT_EQ(Wait(Clock::now() + kLong), 0U);
  EXPECT_EQ(other.seen, static_cast<std::uint32_t>(EPOLLIN));

  poller_.TellAgain(ends_[0], *this);
  poller_.Remove(ends_[0]);
  EXPECT_EQ(Wait(Clock::now()), 0U) << "nobody watches";
}

TEST_F(EpollPollerTest, SaysWhenItCannotWatch) { EXPECT_FALSE(poller_.Add(-1, EPOLLIN, *this)); }

TEST_F(EpollPollerTest, WakeEndsTheWaitOfAnotherThread) {
  std::thread waker([this] { poller_.Wake(); });
  EXPECT_EQ(Wait(Clock::now() + kLong), 0U);
  waker.join();
}

TEST_F(EpollPollerTest, AWakeThatComesEarlyIsNotLost) {
  poller_.Wake();
  poller_.Wake();
  EXPECT_EQ(Wait(Clock::now() + kLong), 0U);
}

}  // namespace
}  // namespace dino::mqtt
