#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "tests/support/http2/http2_frame.h"
#include "tests/support/http2/http2_peer.h"
#include "tests/support/process/loopback.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using testing::Http2Frame;
using testing::Http2Peer;

// A server that takes a client's pings as often as that.
class PingsTest : public ServerFixture {
 protected:
  explicit PingsTest(std::chrono::milliseconds shortest = Limits().min_ping_interval)
      : ServerFixture(Options(shortest)) {}

  using Limits = transport::ConnectionLimits;

  Http2Peer Connect() {
    Http2Peer peer(testing::PortOf(address_));
    peer.Greet();
    return peer;
  }

  static ServerOptions Options(std::chrono::milliseconds shortest) {
    ServerOptions options;
    options.transport.connection_limits.min_ping_interval = shortest;
    return options;
  }
};

TEST_F(PingsTest, AreAllowedEveryFiveSeconds) {
  EXPECT_EQ(Limits().min_ping_interval, std::chrono::seconds(5));
}

TEST_F(PingsTest, WhoPingsMoreOftenIsSentAway) {
  Http2Peer peer = Connect();
  // At once: what the server has not read when it closes would lose the frame.
  std::string pings;
  for (int i = 0; i < 10; ++i) {
    pings += Encode(Http2Frame{Http2Frame::Type::kPing, 0, 0, "dino-pin"});
  }
  peer.Send(pings);
  const auto goaway = peer.WaitFor(Http2Frame::Type::kGoAway, 0);
  ASSERT_TRUE(goaway.has_value());
  EXPECT_EQ(goaway->payload.substr(8), "too_many_pings");
}

class FrequentPingsTest : public PingsTest {
 protected:
  FrequentPingsTest() : PingsTest(std::chrono::milliseconds(0)) {}
};

// Also between calls.
TEST_F(FrequentPingsTest, AreAnsweredIfTheyMayBeSoFrequent) {
  Http2Peer peer = Connect();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(peer.WaitUntilRead()) << i;
  ASSERT_TRUE(peer.BeginCall(1, testing::GrpcCallHeaders("/grpc.health.v1.Health/Watch")));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(peer.WaitUntilRead()) << i;
}

}  // namespace
}  // namespace dino::api
