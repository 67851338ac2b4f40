#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/certificate_forms.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/haproxy.h"
#include "tests/system/raw_call.h"
#include "tests/system/requests.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {
namespace {

class ProxyTest : public FloodFixture {
 protected:
  ProxyTest() : FloodFixture({}) {}

  Haproxy proxy_{bridge_.address()};
  // Where raw HTTP/2 goes in.
  TlsTunnel tunnel_{proxy_.authority(), proxy_.address(), 1, proxy_.certificate()};
};

TEST_F(ProxyTest, HeadersWithoutEndCostNothingAndFailNoCallOfOthers) {
  const std::string frames = EncodeEndlessHeaders(16777216);
  const auto before = CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_.pid());
  TlsCaller caller = proxy_.NewCaller();
  for (int i = 0; i < 200; ++i) {
    const grpc::Status status = caller.Publish();
    ASSERT_TRUE(status.ok()) << Describe(status);
  }
  const auto calls = CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_.pid());
  for (int i = 0; i < 2; ++i) {
    Http2Peer peer(tunnel_.port());
    peer.Greet();
    peer.Send(frames);
    peer.WaitForClose();
  }
  EXPECT_LT(CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_.pid()) - calls, calls - before);
  const grpc::Status status = caller.Publish();
  EXPECT_TRUE(status.ok()) << Describe(status);
}

TEST_F(ProxyTest, NoAddressTakesAllConnections) {
  constexpr int kMost = 512;
  const std::uint16_t port = PortOf(proxy_.address());
  TlsCaller caller = proxy_.NewCaller();
  std::vector<FileDescriptor> silent;
  for (int i = 0; i < kMost; ++i) silent.push_back(ConnectToLoopback(port, 2));
  grpc::Status status = caller.Publish();
  EXPECT_TRUE(status.ok()) << Describe(status);
  const FileDescriptor one_more = ConnectToLoopback(port, 2);
  // Its end.
  EXPECT_TRUE(WaitUntilReadable(one_more.number(), Clock::now() + kPatience));
  EXPECT_FALSE(WaitUntilReadable(silent.front().number(), Clock::now()));
  status = proxy_.NewCaller().Publish();
  EXPECT_TRUE(status.ok()) << Describe(status);
}

// The call has begun beside another one; the status of the bad one, when the other was served.
class ProxyHeaderTest : public ProxyTest {
 protected:
  std::string StatusOfCallWith(const char* key, const std::string& value) {
    Http2Peer peer(tunnel_.port());
    peer.Greet();
    peer.WaitUntilRead();
    peer.Send(EncodeCallHeaders(1));
    peer.Send(EncodeCallHeaders(3, {{key, value}}) +
              EncodeBody(3, RequestOf(0).SerializeAsString()));
    const auto bad = peer.WaitForEndOf(3);
    peer.Send(EncodeBody(1, RequestOf(1).SerializeAsString()));
    const auto good = peer.WaitForEndOf(1);
    if (!bad.has_value() || !good.has_value()) return "none";
    EXPECT_EQ(StatusIn(*good), "0");
    return StatusIn(*bad);
  }

 private:
  static std::string StatusIn(const Http2Frame& frame) {
    return LiteralHeader(frame.payload, "grpc-status").value_or("none");
  }
};

TEST_F(ProxyHeaderTest, TooMuchMetadataEndsItsCallAlone) {
  EXPECT_EQ(StatusOfCallWith("padding", std::string(9000, 'x')), "8");
}

TEST_F(ProxyHeaderTest, AMalformedBinaryHeaderHarmsNobody) {
  EXPECT_EQ(StatusOfCallWith("x-bin", "$$$"), "0");
}

// A bridge that knows callers by the certificates which the proxy forwards.
class ProxyCallersTest : public ::testing::Test {
 protected:
  // How a call ends that is made without the proxy, from 127.0.0.`last`.
  std::string StatusOfDirectCall(std::uint8_t last, const std::string& certificate) {
    Http2Peer peer(ConnectToLoopback(bridge_.port(), last));
    peer.Greet();
    peer.Send(EncodeCallHeaders(1, {{"client-cert", certificate}}) +
              EncodeBody(1, MessageRequest({1}, "direct").SerializeAsString()));
    const auto end = peer.WaitForEndOf(1);
    return end.has_value() ? LiteralHeader(end->payload, "grpc-status").value_or("none") : "none";
  }

  std::string ForwardedChat() {
    return AsBase64(ContentOf(proxy_.authority().Issue(kChat).certificate));
  }

  static constexpr char kChat[] = "URI:spiffe://prod/chat";
  const TemporaryDirectory directory_;
  const std::string keys_ = WriteFile(directory_.path(), "keys.json", R"({"callers": [
      {"name": "caller", "certificates": ["caller"]},
      {"name": "chat", "certificates": ["spiffe://prod/chat"]},
      {"name": "slow", "certificates": ["slow.example"], "events_per_second": 1}]})");
  MosquittoBroker broker_;
  BridgeProcess bridge_{broker_.address(),
                        {"--trusted-proxies=127.0.0.1", "--caller-from-header=client-cert",
                         "--auth-keys-file=" + keys_}};
  Haproxy proxy_{bridge_.address()};
};

TEST_F(ProxyCallersTest, EachCertificateHasItsQuotaAndItsIdempotencyKeys) {
  TlsCaller chat = proxy_.NewCaller(kChat);
  TlsCaller slow = proxy_.NewCaller("DNS:slow.example");
  const TlsCaller::Published of_chat = chat.PublishWithKey("key");
  const TlsCaller::Published of_slow = slow.PublishWithKey("key");
  ASSERT_TRUE(of_chat.status.ok()) << Describe(of_chat.status);
  ASSERT_TRUE(of_slow.status.ok()) << Describe(of_slow.status);
  EXPECT_NE(of_chat.delivery.event_id(), of_slow.delivery.event_id());
  EXPECT_FALSE(of_slow.delivery.replayed());
  EXPECT_EQ(chat.PublishWithKey("key").delivery.event_id(), of_chat.delivery.event_id());

  grpc::Status status;
  const Clock::time_point deadline = Clock::now() + kPatience;
  do {
    status = slow.Publish();
  } while (status.ok() && Clock::now() < deadline);
  EXPECT_EQ(ReasonOf(status), "CALLER_QUOTA") << Describe(status);
  EXPECT_TRUE(chat.Publish().ok());
}

TEST_F(ProxyCallersTest, AnUnknownCertificateOpensNothing) {
  EXPECT_EQ(ReasonOf(proxy_.NewCaller("DNS:stranger").Publish()), "UNKNOWN_CALLER");
  // Who that was, and by way of whom.
  bridge_.process().WaitForLine(Subprocess::Output::kStderr, [](std::string_view line) {
    return line.find(R"("peer":"127.0.0.1 through 127.0.0.1:)") != std::string_view::npos;
  });
}

TEST_F(ProxyCallersTest, TheHeaderIsBelievedOfTheProxyOnly) {
  const std::string chat = ForwardedChat();
  EXPECT_EQ(StatusOfDirectCall(1, chat), "0");
  EXPECT_EQ(StatusOfDirectCall(1, "$"), "16");
  EXPECT_EQ(StatusOfDirectCall(2, chat), "16");
  bridge_.WaitForLog("forwarded certificate ignored: its sender is not in trusted-proxies");
}

TEST_F(ProxyCallersTest, TheProxyTakesTheHeaderAwayFromWhatCallersSend) {
  TlsCaller stranger = proxy_.NewCaller("DNS:stranger");
  EXPECT_EQ(ReasonOf(stranger.Publish("", {{"client-cert", ForwardedChat()}})), "UNKNOWN_CALLER");
}

}  // namespace
}  // namespace dino::testing
