#include "server/mqtt/link/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <string>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"

namespace dino::mqtt {
namespace {

using testing::CertificateFiles;
using ::testing::HasSubstr;

class TlsContextTest : public ::testing::Test {
 protected:
  static std::string Text(const absl::Status& status) { return std::string(status.message()); }

  testing::CertificateAuthority authority_;
  const CertificateFiles client_ = authority_.Issue("DNS:bridge.example");
};

TEST_F(TlsContextTest, WithoutACaThereIsNoTls) {
  TlsContexts contexts({});
  EXPECT_EQ(contexts.For("localhost").value(), nullptr);
}

TEST_F(TlsContextTest, DemandsTls12AndAVerifiedBroker) {
  TlsContexts contexts({authority_.certificate(), "", ""});
  const TlsContext context = contexts.For("localhost").value();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context.get()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_verify_mode(context.get()), SSL_VERIFY_PEER);
}

TEST_F(TlsContextTest, KeepsAContextForEachHostUntilAFileChanges) {
  const std::string ca = authority_.directory() / "ca-copy.pem";
  testing::ReplaceFile(ca, authority_.certificate());
  TlsContexts contexts({ca, client_.certificate, client_.key});
  const TlsContext first = contexts.For("localhost").value();
  EXPECT_EQ(contexts.For("localhost").value(), first);
  EXPECT_NE(contexts.For("127.0.0.1").value(), first);
  testing::ReplaceFile(ca, authority_.certificate());
  EXPECT_NE(contexts.For("localhost").value(), first);
}

TEST_F(TlsContextTest, AFileThatBreaksFailsUntilItIsMended) {
  TlsContexts contexts({authority_.certificate(), client_.certificate, client_.key});
  ASSERT_TRUE(contexts.For("localhost").ok());
  std::filesystem::rename(client_.key, client_.key + ".away");
  EXPECT_THAT(Text(contexts.For("localhost").status()), HasSubstr("cannot read " + client_.key));
  EXPECT_THAT(Text(contexts.For("localhost").status()), HasSubstr("cannot read " + client_.key));
  std::filesystem::rename(client_.key + ".away", client_.key);
  EXPECT_TRUE(contexts.For("localhost").ok());
}

}  // namespace
}  // namespace dino::mqtt
