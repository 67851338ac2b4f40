#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {
namespace {

constexpr char kHaproxy[] = "/usr/sbin/haproxy";

// A bridge behind haproxy with deploy/haproxy.cfg, which wants callers' certificates.
class ProxyTest : public FloodFixture {
 protected:
  ProxyTest() : FloodFixture({}) { WaitUntilItServes(); }

  TlsCaller NewCaller() const { return {port_.address(), authority_, certificate_}; }

  // Where raw HTTP/2 goes in, for peers that speak no TLS.
  std::uint16_t raw_port() const { return raw_port_.number(); }
  pid_t proxy_pid() const { return proxy_.pid(); }

 private:
  // haproxy wants a certificate and its key in one file.
  std::string Joined(const CertificateFiles& files, const std::string& name) const {
    const std::string path = authority_.directory() / name;
    ReplaceContent(path, ContentOf(files.certificate) + ContentOf(files.key));
    return path;
  }

  // Speaks TLS in the name of peers that do not.
  std::string Tunnel() const {
    const std::string path = authority_.directory() / "tunnel.cfg";
    std::ofstream(path) << "listen tunnel\n  mode tcp\n  bind " << raw_port_.address()
                        << "\n  server proxy " << port_.address() << " ssl verify none alpn h2 crt "
                        << Joined(certificate_, "peer.pem") << "\n";
    return path;
  }

  void WaitUntilItServes() {
    grpc::Status status;
    const Clock::time_point deadline = Clock::now() + kPatience;
    do {
      status = NewCaller().Publish();
    } while (!status.ok() && Clock::now() < deadline);
    ASSERT_TRUE(status.ok()) << Describe(status);
  }

  CertificateAuthority authority_;
  const LoopbackPort port_;
  const LoopbackPort raw_port_;
  const CertificateFiles certificate_ = authority_.Issue("DNS:caller");
  Subprocess proxy_{
      {kHaproxy, "-db", "-f", DINO_HAPROXY_CFG, "-f", Tunnel()},
      {"DINO_PROXY_ADDRESS=" + port_.address(), "DINO_GRPC_ADDRESS=" + bridge_.address(),
       "DINO_PROXY_CERT_FILE=" + Joined(authority_.Issue("IP:127.0.0.1"), "server.pem"),
       "DINO_PROXY_CLIENT_CA_FILE=" + authority_.certificate()}};
};

TEST_F(ProxyTest, HeadersWithoutEndCostNothingAndFailNoCallOfOthers) {
  const std::string frames = EncodeEndlessHeaders(16777216);
  const auto before = CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_pid());
  TlsCaller caller = NewCaller();
  for (int i = 0; i < 200; ++i) {
    const grpc::Status status = caller.Publish();
    ASSERT_TRUE(status.ok()) << Describe(status);
  }
  const auto calls = CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_pid());
  for (int i = 0; i < 2; ++i) {
    Http2Peer peer(raw_port());
    peer.Greet();
    peer.Send(frames);
    peer.WaitForClose();
  }
  EXPECT_LT(CpuTimeOf(bridge_.pid()) + CpuTimeOf(proxy_pid()) - calls, calls - before);
  const grpc::Status status = caller.Publish();
  EXPECT_TRUE(status.ok()) << Describe(status);
}

// The call has begun beside another one; the status of the bad one, when the other was served.
class ProxyHeaderTest : public ProxyTest {
 protected:
  std::string StatusOfCallWith(const char* key, const std::string& value) {
    Http2Peer peer(raw_port());
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

}  // namespace
}  // namespace dino::testing
