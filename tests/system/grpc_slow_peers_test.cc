#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

// Sends the first bytes of a call at once, and the others one by one, now and then.
class SlowPeer {
 public:
  SlowPeer(std::uint16_t port, std::string bytes, std::size_t at_once)
      : peer_(port), bytes_(std::move(bytes)), sent_(at_once) {
    peer_.Send(bytes_.substr(0, at_once));
  }

  // Sends one more byte, but never the last one.
  void SendOne() {
    if (sent_ + 1 < bytes_.size()) peer_.Send(bytes_.substr(sent_++, 1));
  }

  Http2Peer& peer() { return peer_; }

 private:
  Http2Peer peer_;
  const std::string bytes_;
  std::size_t sent_;
};

// Where a slow peer's first part ends.
struct Cut {
  const char* name;
  std::string bytes;
  std::size_t at_once;
};

const std::string& Greeting() {
  static const auto* const greeting =
      new std::string(std::string(kHttp2Preface) + Encode({Type::kSettings, 0, 0, {}}));
  return *greeting;
}

// Every place where a call can stall.
std::vector<Cut> Cuts(const v1::PublishMessageRequest& request) {
  const std::string headers = EncodeCallHeaders(1);
  const std::string call = Greeting() + headers + EncodeBody(1, request.SerializeAsString());
  const std::size_t body = Greeting().size() + headers.size();
  // The same headers in two frames.
  const std::string block = EncodeHeaderBlock(GrpcCallHeaders(kPublishMessage));
  const std::string continued =
      Greeting() + Encode({Type::kHeaders, 0, 1, block.substr(0, 20)}) +
      Encode({Type::kContinuation, Http2Frame::kEndHeaders, 1, block.substr(20)});
  return {
      {"nothing", call, 0},
      {"in the preface", call, 10},
      {"before SETTINGS", call, kHttp2Preface.size()},
      {"in the header of HEADERS", call, Greeting().size() + 4},
      {"in the header block", call, Greeting().size() + 40},
      {"between HEADERS and CONTINUATION", continued, Greeting().size() + 29},
      {"in CONTINUATION", continued, Greeting().size() + 50},
      {"before the body", call, body},
      {"in the header of DATA", call, body + 5},
      {"in the message's length", call, body + 12},
      {"in the message", call, body + 30},
  };
}

class GrpcSlowPeersTest : public FloodFixture {
 protected:
  // At shutdown, calls that never end get another hour: longer than a test waits.
  GrpcSlowPeersTest() : GrpcSlowPeersTest({"--drain-timeout=1h"}) {}
  explicit GrpcSlowPeersTest(const std::vector<std::string>& flags) : FloodFixture(flags) {}

  // The same number of each kind.
  void ConnectSlowPeers(std::size_t count) {
    for (const Cut& cut : Cuts(RequestOf(0))) {
      for (std::size_t i = 0; i < count; ++i) {
        peers_.push_back(std::make_unique<SlowPeer>(bridge_.port(), cut.bytes, cut.at_once));
      }
    }
  }

  std::vector<std::unique_ptr<SlowPeer>> peers_;
};

TEST_F(GrpcSlowPeersTest, DelayNobodyElse) {
  ConnectSlowPeers(30);
  StartSteadyCallers();
  for (int round = 0; round < 10; ++round) {
    for (const auto& peer : peers_) peer->SendOne();
    WaitForSuccessesOfEach(steady_callers_, 5);
  }

  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcSlowPeersTest, AreServedOnceTheirRequestIsComplete) {
  Http2Peer peer(bridge_.port());
  const std::string call =
      Greeting() + EncodeCallHeaders(1) + EncodeBody(1, RequestOf(7).SerializeAsString());
  for (const char byte : call) ASSERT_TRUE(peer.Send({&byte, 1}));
  const auto end = peer.WaitForEndOf(1);

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "0");
  EXPECT_EQ(TakeArrivals(8), std::set<std::size_t>{7});
}

TEST_F(GrpcSlowPeersTest, DoNotDelayShutdown) {
  ConnectSlowPeers(10);
  for (const auto& peer : peers_) peer->SendOne();
  ASSERT_EQ(bridge_.Health("liveness"), health::HealthCheckResponse::SERVING);
  bridge_.Stop();
}

TEST_F(GrpcSlowPeersTest, AreDisconnectedIfTheyDoNotBeginHttp2) {
  for (const std::size_t at_once : {std::size_t{0}, std::size_t{10}, kHttp2Preface.size()}) {
    peers_.push_back(std::make_unique<SlowPeer>(bridge_.port(), Greeting(), at_once));
  }
  for (const auto& peer : peers_) peer->peer().WaitForClose();
}

TEST_F(GrpcSlowPeersTest, AreDisconnectedAtTheDeadlineOfTheirCall) {
  Http2Peer peer(bridge_.port());
  const std::string body = EncodeBody(1, RequestOf(0).SerializeAsString());
  peer.Send(Greeting() + EncodeCallHeaders(1, {{"grpc-timeout", "200m"}}) + body.substr(0, 30));
  const auto end = peer.WaitForEndOf(1);

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "4");
  // What comes later is too late.
  peer.Send(body.substr(30));
  EXPECT_TRUE(TakeArrivals(1).empty());
}

// Connections last a second; their calls then have another tenth of a second.
class GrpcShortConnectionsTest : public GrpcSlowPeersTest {
 protected:
  GrpcShortConnectionsTest()
      : GrpcSlowPeersTest({"--max-connection-age=1s", "--max-connection-grace=100ms"}) {}
};

TEST_F(GrpcShortConnectionsTest, EndRequestsThatStayIncomplete) {
  ConnectSlowPeers(3);
  for (const auto& peer : peers_) peer->peer().WaitForClose();
}

}  // namespace
}  // namespace dino::testing
