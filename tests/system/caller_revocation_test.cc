// Callers whose certificates, or whose authorities, were revoked.
#include <gmock/gmock.h>
#include <grpc/grpc_security.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/http_client.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

// A server that trusts a root authority, and reads what that one and the authority below it have
// revoked.
class CallerRevocationTest : public ::testing::Test {
 protected:
  CallerRevocationTest() {
    WriteLists();
    const CertificateFiles shown = root_.Issue("IP:127.0.0.1");
    bridge_.emplace(broker_.address(),
                    std::vector<std::string>{"--tls-cert-file=" + shown.certificate,
                                             "--tls-key-file=" + shown.key,
                                             "--tls-client-ca-file=" + root_.certificate(),
                                             "--tls-client-crl-file=" + lists_},
                    std::vector<std::string>(), Where::Here(),
                    TlsChannel(root_, root_.Issue("DNS:test.example")));
    bridge_->WaitForHealth("", health::HealthCheckResponse::SERVING);
  }

  void WriteLists() {
    ReplaceContent(lists_,
                   ContentOf(root_.RevocationList()) + ContentOf(intermediate_.RevocationList()));
  }

  TlsCaller CallerWith(const CertificateFiles& files, grpc_ssl_session_cache* sessions = nullptr) {
    return {bridge_->address(), root_, files, sessions};
  }

  static void ExpectSoon(Code code, TlsCaller& caller) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    grpc::Status status = caller.Publish();
    while (status.error_code() != code && Clock::now() < deadline) status = caller.Publish();
    EXPECT_EQ(status.error_code(), code) << Describe(status);
  }

  CertificateAuthority root_;
  CertificateAuthority intermediate_{"Intermediate authority", root_};
  const std::string lists_ = root_.directory() / "revoked.pem";
  const MosquittoBroker broker_;
  std::optional<BridgeProcess> bridge_;
};

TEST_F(CallerRevocationTest, ARevokedCertificateIsRefusedOnOpenConnectionsToo) {
  const CertificateFiles bad = root_.Issue("DNS:bad.example");
  TlsCaller good = CallerWith(root_.Issue("DNS:good.example"));
  TlsCaller revoked = CallerWith(bad);
  EXPECT_TRUE(revoked.Publish().ok());
  root_.Revoke(bad);
  WriteLists();
  ExpectSoon(Code::UNAUTHENTICATED, revoked);
  EXPECT_EQ(CallerWith(bad).Publish().error_code(), Code::UNAUTHENTICATED);
  EXPECT_TRUE(good.Publish().ok());
}

TEST_F(CallerRevocationTest, AnIntermediateAuthorityRevokesItsOwnCertificates) {
  const CertificateFiles bad = intermediate_.IssueWithChain("DNS:bad.example");
  TlsCaller good = CallerWith(intermediate_.IssueWithChain("DNS:good.example"));
  TlsCaller revoked = CallerWith(bad);
  EXPECT_TRUE(good.Publish().ok());
  EXPECT_TRUE(revoked.Publish().ok());
  intermediate_.Revoke(bad);
  WriteLists();
  ExpectSoon(Code::UNAUTHENTICATED, revoked);
  EXPECT_EQ(CallerWith(bad).Publish().error_code(), Code::UNAUTHENTICATED);
  EXPECT_TRUE(good.Publish().ok());
}

TEST_F(CallerRevocationTest, ARevokedIntermediateAuthorityOpensNothing) {
  const CertificateFiles below = intermediate_.IssueWithChain("DNS:below.example");
  TlsCaller open = CallerWith(below);
  TlsCaller direct = CallerWith(root_.Issue("DNS:direct.example"));
  EXPECT_TRUE(open.Publish().ok());
  root_.Revoke(intermediate_);
  WriteLists();
  ExpectSoon(Code::UNAUTHENTICATED, open);
  EXPECT_EQ(CallerWith(below).Publish().error_code(), Code::UNAUTHENTICATED);
  EXPECT_TRUE(direct.Publish().ok());
}

// The handshake of a resumed session has only the caller's own certificate.
TEST_F(CallerRevocationTest, ResumedSessionsAreCheckedToo) {
  const std::unique_ptr<grpc_ssl_session_cache, void (*)(grpc_ssl_session_cache*)> sessions(
      grpc_ssl_session_cache_create_lru(10), &grpc_ssl_session_cache_destroy);
  const CertificateFiles below = intermediate_.IssueWithChain("DNS:below.example");
  EXPECT_TRUE(CallerWith(below, sessions.get()).Publish().ok());
  TlsCaller resumed = CallerWith(below, sessions.get());
  const grpc::Status status = resumed.Publish();
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_TRUE(resumed.resumed());
  root_.Revoke(intermediate_);
  WriteLists();
  ExpectSoon(Code::UNAUTHENTICATED, resumed);
}

TEST_F(CallerRevocationTest, WhileListsCannotBeReadNobodyIsAccepted) {
  const std::string metric = "\ndino_bridge_revocation_lists_unreadable ";
  TlsCaller caller = CallerWith(root_.Issue("DNS:good.example"));
  EXPECT_TRUE(caller.Publish().ok());
  EXPECT_THAT(HttpGet(bridge_->ops_address(), "/metrics"), HasSubstr(metric + "0\n"));
  // One byte more than is read.
  ReplaceContent(lists_, ContentOf(lists_) + std::string(1048577, '\n'));
  bridge_->WaitForLog("the revocation lists cannot be read; no client certificate is accepted");
  EXPECT_EQ(caller.Publish().error_code(), Code::UNAUTHENTICATED);
  EXPECT_THAT(HttpGet(bridge_->ops_address(), "/metrics"), HasSubstr(metric + "1\n"));
  WriteLists();
  ExpectSoon(Code::OK, caller);
}

}  // namespace
}  // namespace dino::testing
