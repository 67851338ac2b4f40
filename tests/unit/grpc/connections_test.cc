#include "server/grpc/connections.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "tests/support/process/loopback.h"

namespace dino::transport {
namespace {

// A connection over loopback, as the server's end of it.
struct Connected {
  explicit Connected(int listener, std::uint16_t port)
      : client(testing::ConnectToLoopback(port)), accepted(accept(listener, nullptr, nullptr)) {}

  testing::FileDescriptor client;
  testing::FileDescriptor accepted;
};

class ConnectionsTest : public ::testing::Test {
 protected:
  Connected Connect() { return Connected(listener_.number(), port_.number()); }

  static std::string PeerOf(const Connected& connected) {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    getsockname(connected.client.number(), reinterpret_cast<sockaddr*>(&address), &size);
    return "ipv4:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  testing::LoopbackPort port_;
  testing::FileDescriptor listener_ = testing::ListenOnLoopback(port_.number());
};

TEST_F(ConnectionsTest, KnowsWhenAPeersConnectionWasAccepted) {
  Connections connections;
  const Connected connected = Connect();
  const Clock::time_point before = Clock::now();
  connections.Accepted(connected.accepted.number());
  const auto at = connections.AcceptedAt(PeerOf(connected));
  ASSERT_TRUE(at.has_value());
  EXPECT_GE(*at, before);
  EXPECT_LE(*at, Clock::now());
  EXPECT_EQ(connections.AcceptedAt("ipv4:127.0.0.1:1"), std::nullopt);
}

TEST_F(ConnectionsTest, KnowsAnOpenConnectionHoweverManyCameAfterIt) {
  Connections connections;
  const Connected kept = Connect();
  connections.Accepted(kept.accepted.number());
  for (int i = 0; i < 100; ++i) connections.Accepted(Connect().accepted.number());
  EXPECT_TRUE(connections.AcceptedAt(PeerOf(kept)).has_value());
}

TEST_F(ConnectionsTest, ForgetsAConnectionWhenItsSocketsNumberComesAgain) {
  Connections connections;
  const Connected first = Connect();
  connections.Accepted(first.accepted.number());
  connections.NoteKnown(PeerOf(first));
  EXPECT_TRUE(connections.IsKnown(first.accepted.number()));
  const Connected second = Connect();
  // Closes the first one.
  ASSERT_GE(dup2(second.accepted.number(), first.accepted.number()), 0);
  connections.Accepted(first.accepted.number());
  EXPECT_EQ(connections.AcceptedAt(PeerOf(first)), std::nullopt);
  EXPECT_TRUE(connections.AcceptedAt(PeerOf(second)).has_value());
  EXPECT_FALSE(connections.IsKnown(first.accepted.number()));
}

TEST_F(ConnectionsTest, AnAddressThatCameAgainIsNotForgottenWithItsOlderSocket) {
  Connections connections;
  const Connected first = Connect();
  connections.Accepted(first.accepted.number());
  const testing::FileDescriptor newer(dup(first.accepted.number()));
  connections.Accepted(newer.number());
  const Connected second = Connect();
  ASSERT_GE(dup2(second.accepted.number(), first.accepted.number()), 0);
  connections.Accepted(first.accepted.number());
  EXPECT_TRUE(connections.AcceptedAt(PeerOf(first)).has_value());
}

TEST_F(ConnectionsTest, WhatIsNoConnectionIsNotKnown) {
  Connections connections;
  connections.Accepted(-1);
  EXPECT_EQ(connections.AcceptedAt(""), std::nullopt);
}

}  // namespace
}  // namespace dino::transport
