// Limits of callers' connections, and which connections are closed.
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "tests/support/http2/http2_peer.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

// SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2)
constexpr std::size_t kMaxConcurrentStreams = 0x3;

class ConnectionLimitsTest : public FloodFixture {
 protected:
  static constexpr std::size_t kMaxConnections = 20;

  ConnectionLimitsTest()
      : FloodFixture({"--max-connections=" + std::to_string(kMaxConnections),
                      "--max-concurrent-streams=2", "--max-connection-idle=500ms",
                      "--max-metadata-bytes=2048"}) {}
};

TEST_F(ConnectionLimitsTest, AnIdleConnectionGetsGoawayAndIsClosed) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  EXPECT_TRUE(peer.WaitFor(Type::kGoAway, 0).has_value());
  peer.WaitForClose();
}

TEST_F(ConnectionLimitsTest, ExcessivePingsCloseTheConnection) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  // At once: what the server has not read when it closes would lose the frame.
  std::string frames = EncodeCallHeaders(1);
  for (int i = 0; i < 10; ++i) frames += Encode(Http2Frame{Type::kPing, 0, 0, "dino-pin"});
  peer.Send(frames);
  const auto goaway = peer.WaitFor(Type::kGoAway, 0);
  ASSERT_TRUE(goaway.has_value());
  // ENHANCE_YOUR_CALM
  EXPECT_EQ(FromBigEndian(goaway->payload.substr(4, 4)), 0xbU);
}

TEST_F(ConnectionLimitsTest, AnnouncesHowManyCallsAConnectionMayHave) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.WaitUntilRead();
  EXPECT_EQ(peer.Setting(kMaxConcurrentStreams), 2U);
}

TEST_F(ConnectionLimitsTest, CallsBeyondTheLimitOfAConnectionWaitInTheClient) {
  CallFlood flood(bridge_.address(), 1);
  for (std::size_t i = 0; i < 100; ++i) flood.Start(RequestOf(i), kLongDeadline);
  for (const auto& result : flood.Finish()) EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(TakeArrivals(100).size(), 100U);
}

TEST_F(ConnectionLimitsTest, ConnectionsBeyondTheLimitAreResetAndTheOthersServed) {
  StartSteadyCallers();
  std::deque<Http2Peer> peers;
  for (std::size_t i = 0; i < 2 * kMaxConnections; ++i) peers.emplace_back(bridge_.port());
  bridge_.WaitForLog("connections refused");
  peers.clear();
  // There is room again.
  CallFlood flood(bridge_.address(), 2);
  flood.Start(RequestOf(0), kLongDeadline);
  flood.Finish();
  ExpectSteadyCallersUnharmed();
}

}  // namespace
}  // namespace dino::testing
