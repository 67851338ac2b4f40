#include "server/net/given_sockets.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <deque>

#include "tests/support/process/file_descriptor.h"

namespace dino::net {
namespace {

using testing::FileDescriptor;

class GivenSocketsTest : public ::testing::Test {
 protected:
  int Give() {
    open_.emplace_back(socket(AF_INET, SOCK_STREAM, 0));
    given_.Add(open_.back().number());
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

}  // namespace
}  // namespace dino::net
