#include "server/tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "absl/strings/escaping.h"
#include "server/base/text_file.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/certificate_forms.h"
#include "tests/support/process/files.h"

namespace dino::tls {
namespace {

using testing::AsBase64;
using testing::ContentOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Validity = testing::CertificateAuthority::Validity;

class CertificateTest : public ::testing::Test {
 protected:
  Certificate Issue(const std::string& names, Validity validity = Validity::kToday) {
    const auto files = authority_.Issue(names, validity);
    return Certificate::Parse(ReadTextFile(files.certificate).value()).value();
  }

  testing::CertificateAuthority authority_;
};

TEST_F(CertificateTest, NamesUrisBeforeDnsNames) {
  EXPECT_THAT(Issue("DNS:Chat.Example,URI:spiffe://prod/Chat,IP:10.0.0.1,DNS:b.example").Names(),
              ElementsAre("spiffe://prod/Chat", "chat.example", "b.example"));
}

TEST_F(CertificateTest, MayHaveNoName) { EXPECT_THAT(Issue("IP:10.0.0.1").Names(), IsEmpty()); }

TEST_F(CertificateTest, OmitsUnusableNames) {
  EXPECT_THAT(Issue("URI:a b,URI:" + std::string(256, 'a')).Names(), IsEmpty());
}

// Whoever may have any URI issued could else pass for a DNS name.
TEST_F(CertificateTest, OmitsUrisWithoutAScheme) {
  EXPECT_THAT(Issue("URI:chat.example,URI:spiffe://prod/chat,DNS:b.example").Names(),
              ElementsAre("spiffe://prod/chat", "b.example"));
}

TEST_F(CertificateTest, OmitsDnsNamesThatLookLikeUris) {
  EXPECT_THAT(Issue("DNS:spiffe://prod/chat,DNS:b.example").Names(), ElementsAre("b.example"));
}

TEST_F(CertificateTest, IsReadFromDerToo) {
  const auto files = authority_.Issue("DNS:chat.example");
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(AsBase64(ContentOf(files.certificate)), &der));
  EXPECT_THAT(Certificate::ParseDer(der).value().Names(), ElementsAre("chat.example"));
  EXPECT_FALSE(Certificate::ParseDer(der + "more").ok());
  EXPECT_FALSE(Certificate::ParseDer(der.substr(0, der.size() - 1)).ok());
  EXPECT_FALSE(Certificate::ParseDer("").ok());
}

TEST_F(CertificateTest, KnowsWhenItExpires) {
  const auto now = std::chrono::system_clock::now();
  EXPECT_GT(Issue("DNS:a").not_after(), now);
  EXPECT_LT(Issue("DNS:a", Validity::kEndedYesterday).not_after(), now);
}

TEST_F(CertificateTest, RefusesEverythingElse) {
  EXPECT_FALSE(Certificate::Parse("").ok());
  EXPECT_FALSE(Certificate::Parse("-----BEGIN CERTIFICATE-----\nAAAA\n").ok());
}

}  // namespace
}  // namespace dino::tls
