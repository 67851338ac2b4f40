#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/bridge_program.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

constexpr std::size_t kMebibyte = 1048576;

class HostileHeadersTest : public FloodFixture {
 protected:
  explicit HostileHeadersTest(const std::vector<std::string>& flags = {}) : FloodFixture(flags) {}

  template <typename Work>
  std::chrono::milliseconds CpuTimeFor(const Work& work) {
    const std::chrono::milliseconds before = CpuTimeOf(bridge_.pid());
    work();
    return CpuTimeOf(bridge_.pid()) - before;
  }

  // From two connections, until the server has read all of it, or has enough of them.
  void SendEndlessHeaders(std::size_t bytes) const {
    const std::string frames = EncodeEndlessHeaders(bytes);
    std::vector<std::thread> peers;
    for (int i = 0; i < 2; ++i) {
      peers.emplace_back([&] {
        Http2Peer peer(bridge_.port());
        peer.Greet();
        peer.Send(frames);
        // Nothing but CONTINUATION may follow, so the connection ends here at the latest.
        peer.Send({Type::kPing, 0, 0, "12345678"});
        peer.WaitForClose();
      });
    }
    for (std::thread& peer : peers) peer.join();
  }

  void Publish(std::size_t calls) {
    for (std::size_t i = 0; i < calls; ++i) {
      const grpc::Status status = PublishMessage(bridge_, RequestOf(0));
      ASSERT_TRUE(status.ok()) << Describe(status);
    }
  }
};

TEST_F(HostileHeadersTest, HeadersWithoutEndCostLittle) {
  if (GrpcHasFixes()) {
    const auto calls = CpuTimeFor([&] { Publish(500); });
    EXPECT_LT(CpuTimeFor([&] { SendEndlessHeaders(16 * kMebibyte); }), calls);
  } else {
    // CVE-2023-33953: it grows with the square of the bytes. Just enough of them for the clock,
    // which counts in steps of 10 ms: twice as many may take ten times as long.
    std::size_t bytes = kMebibyte / 2;
    auto half = CpuTimeFor([&] { SendEndlessHeaders(bytes); });
    while (half < std::chrono::milliseconds(40) && bytes < 8 * kMebibyte) {
      bytes *= 2;
      half = CpuTimeFor([&] { SendEndlessHeaders(bytes); });
    }
    EXPECT_GT(CpuTimeFor([&] { SendEndlessHeaders(2 * bytes); }), 2.5 * half);
  }
}

TEST_F(HostileHeadersTest, HeadersWithoutEndFailNoCallOfOthers) {
  StartSteadyCallers();
  SendEndlessHeaders(GrpcHasFixes() ? 16 * kMebibyte : kMebibyte / 2);
  WaitForSuccessesOfEach(steady_callers_, 10);
  ExpectSteadyCallersUnharmed();
}

struct BadHeader {
  const char* name;
  const char* key;
  std::string value;
};

class BadHeaderTest : public HostileHeadersTest, public ::testing::WithParamInterface<BadHeader> {};

// As behind a proxy, which sends the calls of many over one connection.
TEST_P(BadHeaderTest, EndsOnlyItsCall) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.WaitUntilRead();
  peer.Send(EncodeCallHeaders(1));
  peer.Send(EncodeCallHeaders(3, {{GetParam().key, GetParam().value}}));
  peer.WaitForEndOf(3);
  if (GrpcHasFixes()) {
    peer.Send(EncodeBody(1, RequestOf(0).SerializeAsString()));
    const auto end = peer.WaitForEndOf(1);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "0");
  } else {
    // With all calls of its connection.
    peer.WaitForClose();
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadHeaderTest,
                         ::testing::Values(BadHeader{"TooLong", "padding", std::string(9000, 'x')},
                                           BadHeader{"NotBase64", "x-bin", "$$$"}),
                         [](const auto& test) { return test.param.name; });

class UnacknowledgedSettingsTest : public HostileHeadersTest {
 protected:
  static constexpr std::uint32_t kMaxStreams = 10;

  UnacknowledgedSettingsTest()
      : HostileHeadersTest({"--max-concurrent-streams=" + std::to_string(kMaxStreams)}) {
    peer_.IgnoreSettings();
    peer_.Greet();
    peer_.WaitUntilRead();
  }

  Http2Peer peer_{bridge_.port()};
};

// In both versions the limit applies once the peer has acknowledged it.
TEST_F(UnacknowledgedSettingsTest, MetadataIsNotLimited) {
  peer_.Send(EncodeCallHeaders(1, {{"padding", std::string(9000, 'x')}}) +
             EncodeBody(1, RequestOf(0).SerializeAsString()));
  const auto end = peer_.WaitForEndOf(1);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "0");
}

TEST_F(UnacknowledgedSettingsTest, StreamsAreLimited) {
  for (std::uint32_t i = 0; i < 2 * kMaxStreams; ++i) peer_.Send(EncodeCallHeaders(2 * i + 1));
  peer_.WaitUntilRead();
  if (GrpcHasFixes()) {
    peer_.WaitForEnds(kMaxStreams);
  }
  for (std::uint32_t i = 0; i < 2 * kMaxStreams; ++i) {
    peer_.Send(EncodeBody(2 * i + 1, RequestOf(i).SerializeAsString()));
  }
  peer_.WaitForEnds(GrpcHasFixes() ? kMaxStreams : 2 * kMaxStreams);
}

TEST(ExposedServerTest, WarnsIfStrangersCanSlowItDown) {
  constexpr auto kStderr = Subprocess::Output::kStderr;
  // This form of loopback is taken for an address that others can reach.
  Subprocess bridge({BridgeProgram(), "--grpc-address=[::ffff:127.0.0.1]:0",
                     "--ops-address=127.0.0.1:0", "--mqtt-brokers=127.0.0.1:1",
                     "--allow-anonymous=true"});
  bool warned = false;
  bridge.WaitForLine(kStderr, [&](std::string_view line) {
    if (line.find("strangers who reach this port") != std::string_view::npos) warned = true;
    return line.find("listening") != std::string_view::npos;
  });
  EXPECT_EQ(warned, !GrpcHasFixes());
  bridge.Signal(SIGTERM);
  EXPECT_EQ(bridge.Wait(), 0);
}

}  // namespace
}  // namespace dino::testing
