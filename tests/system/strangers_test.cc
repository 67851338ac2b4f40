#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

// A server that knows one caller, whose key the test does not have.
class StrangersTest : public ::testing::Test {
 protected:
  // SETTINGS_INITIAL_WINDOW_SIZE, and what it is if a server does not state it.
  static constexpr std::size_t kInitialWindow = 4;
  static constexpr std::size_t kDefaultWindow = 65535;

  static std::string KeyFile(const TemporaryDirectory& directory) {
    const std::string file = directory.path() / "keys.json";
    ReplaceContent(
        file, R"({"callers": [{"name": "chat", "sha256": ")" + std::string(64, 'a') + R"("}]})");
    return file;
  }

  const TemporaryDirectory directory_;
  const MosquittoBroker broker_;
  BridgeProcess bridge_{broker_.address(), {"--auth-keys-file=" + KeyFile(directory_)}};
};

TEST_F(StrangersTest, TheirBodiesAreNotAskedFor) {
  const std::string body(1000000, 'x');
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.WaitUntilRead();
  const std::size_t window = peer.Setting(kInitialWindow).value_or(kDefaultWindow);
  for (std::uint32_t stream = 1; stream < 100; stream += 2) {
    peer.Send(EncodeCallHeaders(stream));
    // Of a message with one byte more than will ever arrive.
    std::size_t sent = peer.SendBody(stream, GrpcMessage("", body.size() + 1));
    peer.WaitUntilRead();
    sent += peer.SendBody(stream, body);
    peer.WaitUntilRead();
    sent += peer.SendBody(stream, body);
    EXPECT_LE(sent, window);
  }
}

// Whether the library can read it or not.
TEST_F(StrangersTest, TheirMetadataIsNotInTheLog) {
  const std::string secret = "a-secret-of-theirs";
  for (const auto& header : std::vector<std::pair<std::string, std::string>>{
           {"grpc-timeout", secret},
           {"grpc-encoding", secret},
           {"grpc-status", secret},
           {"grpc-retry-pushback-ms", secret},
           {"content-type", secret},
           {"te", secret},
           {"x-bin", "$$$" + secret},
           {"x-control", "\x1b[31m\n" + secret},
           {"X-Upper " + secret, "a"},
           {"x-long", std::string(10000, 'x') + secret}}) {
    Http2Peer peer(bridge_.port());
    peer.Greet();
    peer.Send(EncodeCallHeaders(1, {header}));
    peer.FinishSending();
    peer.WaitForClose();
  }
  bridge_.Stop();
  for (const std::string& line : bridge_.RemainingLog()) {
    EXPECT_EQ(line.find(secret), std::string::npos) << line;
  }
}

TEST_F(StrangersTest, AreRefusedWhileTheirBodiesAreOnTheWay) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.Send(EncodeCallHeaders(1));
  const auto end = peer.WaitForEndOf(1);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "16");
}

// Which anybody may call.
TEST_F(StrangersTest, AHealthCheckWhoseRequestDoesNotComeEnds) {
  constexpr std::uint32_t kCalls = 100;
  Http2Peer peer(bridge_.port());
  peer.Greet();
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    const std::uint32_t stream = 2 * i + 1;
    const Http2Headers headers = GrpcCallHeaders(i % 2 == 0 ? "/grpc.health.v1.Health/Check"
                                                            : "/grpc.health.v1.Health/Watch");
    peer.Send(Encode(
        {Http2Frame::Type::kHeaders, Http2Frame::kEndHeaders, stream, EncodeHeaderBlock(headers)}));
    peer.Send(Encode({Http2Frame::Type::kData, 0, stream, GrpcMessage("", 1000000)}));
  }
  peer.WaitForEnds(kCalls);
}

}  // namespace
}  // namespace dino::testing
