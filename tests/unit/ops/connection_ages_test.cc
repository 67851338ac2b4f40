#include "server/ops/connection_ages.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>

#include "tests/support/process/file_descriptor.h"

namespace dino::ops {
namespace {

using std::chrono::seconds;
using testing::FileDescriptor;

bool IsCut(const FileDescriptor& peer) {
  char byte = 0;
  return recv(peer.number(), &byte, 1, MSG_DONTWAIT) == 0;
}

TEST(ConnectionAgesTest, ClosesOnlyConnectionsThatAreTooOld) {
  std::array<int, 2> old_pair{};
  std::array<int, 2> new_pair{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, old_pair.data()), 0);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, new_pair.data()), 0);
  const FileDescriptor old_one(old_pair[0]);
  const FileDescriptor old_peer(old_pair[1]);
  const FileDescriptor new_one(new_pair[0]);
  const FileDescriptor new_peer(new_pair[1]);
  const Clock::time_point start;
  ConnectionAges ages{seconds(10)};
  ages.Opened(old_one.number(), start);
  ages.Opened(new_one.number(), start + seconds(1));
  ages.CutOld(start + seconds(10));
  EXPECT_TRUE(IsCut(old_peer));
  EXPECT_FALSE(IsCut(new_peer));
  ages.Closed(new_one.number());
  ages.CutOld(start + seconds(60));
  EXPECT_FALSE(IsCut(new_peer));
}

}  // namespace
}  // namespace dino::ops
