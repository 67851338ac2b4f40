#include "tests/support/process/loopback.h"

#include <gtest/gtest.h>

namespace dino::testing {
namespace {

TEST(LoopbackTest, AnUnusedPortRefusesConnections) {
  const LoopbackPort port;

  EXPECT_FALSE(ConnectToLoopback(port.number()).open());
}

TEST(LoopbackTest, APortCanBeReused) {
  const LoopbackPort port;
  for (int round = 0; round < 3; ++round) {
    const FileDescriptor listener = ListenOnLoopback(port.number());
    const FileDescriptor connection = ConnectToLoopback(port.number());

    EXPECT_TRUE(connection.open());
    EXPECT_TRUE(WaitUntilReadable(listener.number(), Clock::now() + kPatience));
  }
  EXPECT_FALSE(ConnectToLoopback(port.number()).open());
}

TEST(LoopbackTest, AnAddressNamesHostAndPort) {
  const LoopbackPort port;

  EXPECT_EQ(port.address(), "127.0.0.1:" + std::to_string(port.number()));
}

TEST(LoopbackTest, WaitingEndsAtTheDeadline) {
  const LoopbackPort port;
  const FileDescriptor listener = ListenOnLoopback(port.number());

  EXPECT_FALSE(WaitUntilReadable(listener.number(), Clock::now()));
}

TEST(LoopbackTest, KnowsThePortOfAnAddress) {
  EXPECT_EQ(PortOf("127.0.0.1:1883"), 1883);
  EXPECT_EQ(PortOf("[::1]:80"), 80);
}

}  // namespace
}  // namespace dino::testing
