#include "server/ops/open_connections.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <thread>

#include "tests/support/process/file_descriptor.h"

namespace dino::ops {
namespace {

using std::chrono::seconds;
using testing::FileDescriptor;

bool IsCut(const FileDescriptor& peer) {
  char byte = 0;
  return recv(peer.number(), &byte, 1, MSG_DONTWAIT) == 0;
}

// A connection and its other end.
struct Pair {
  Pair() {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    one = FileDescriptor(pair[0]);
    peer = FileDescriptor(pair[1]);
  }

  FileDescriptor one;
  FileDescriptor peer;
};

TEST(OpenConnectionsTest, CutsOnlyThoseThatAreTooOld) {
  const Pair old_one;
  const Pair new_one;
  const Clock::time_point start;
  OpenConnections connections{seconds(10)};
  connections.Opened(old_one.one.number(), start);
  connections.Opened(new_one.one.number(), start + seconds(1));
  connections.CutOld(start + seconds(10));
  EXPECT_TRUE(IsCut(old_one.peer));
  EXPECT_FALSE(IsCut(new_one.peer));
  connections.Closed(new_one.one.number());
  connections.CutOld(start + seconds(60));
  EXPECT_FALSE(IsCut(new_one.peer));
}

TEST(OpenConnectionsTest, CutsTheOldestToMakeRoomAndWaitsUntilTheyAreClosed) {
  const std::array<Pair, 3> pairs;
  OpenConnections connections{seconds(10)};
  for (const Pair& pair : pairs) connections.Opened(pair.one.number(), Clock::time_point());
  connections.ReduceTo(3);
  for (const Pair& pair : pairs) EXPECT_FALSE(IsCut(pair.peer));
  std::thread owner([&] {
    char byte = 0;
    EXPECT_EQ(recv(pairs[0].one.number(), &byte, 1, 0), 0);
    connections.Closed(pairs[0].one.number());
  });
  connections.ReduceTo(2);
  owner.join();
  EXPECT_TRUE(IsCut(pairs[0].peer));
  EXPECT_FALSE(IsCut(pairs[1].peer));
  EXPECT_FALSE(IsCut(pairs[2].peer));
}

TEST(OpenConnectionsTest, WaitsUntilOneWasOpened) {
  const Pair pair;
  OpenConnections connections{seconds(10)};
  std::thread owner([&] { connections.Opened(pair.one.number(), Clock::time_point()); });
  connections.WaitForOpened(1);
  owner.join();
  EXPECT_EQ(connections.opened_count(), 1U);
}

}  // namespace
}  // namespace dino::ops
