#include "server/auth/forwarded_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/certificate_forms.h"
#include "tests/support/process/files.h"

namespace dino::auth {
namespace {

using testing::AsBase64;
using testing::AsEscapedPem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHeader = "client-cert";

std::string ErrorOf(std::string_view header, const std::string& value) {
  return std::string(ReadForwardedCertificate(header, value).status().message());
}

class ForwardedCertificateTest : public ::testing::Test {
 protected:
  testing::CertificateAuthority authority_;
  const std::string pem_ =
      testing::ContentOf(authority_.Issue("URI:spiffe://prod/chat,DNS:chat").certificate);
};

TEST_F(ForwardedCertificateTest, IsReadInEveryForm) {
  const std::string base64 = AsBase64(pem_);
  for (const std::string& value : {base64, ":" + base64 + ":", AsEscapedPem(pem_)}) {
    const auto forwarded = ReadForwardedCertificate(kHeader, value);
    ASSERT_TRUE(forwarded.ok()) << forwarded.status();
    EXPECT_THAT(forwarded->certificate->Names(), ElementsAre("spiffe://prod/chat", "chat"));
  }
}

TEST_F(ForwardedCertificateTest, IsRefusedInAnyOther) {
  const std::string base64 = AsBase64(pem_);
  EXPECT_EQ(ErrorOf(kHeader, base64 + "$"), "it is not base64");
  EXPECT_EQ(ErrorOf(kHeader, ":" + base64), "it is not base64");
  EXPECT_EQ(ErrorOf(kHeader, base64 + "," + base64), "it is not base64");
  EXPECT_EQ(ErrorOf(kHeader, ""), "it has no certificate in DER format");
  EXPECT_EQ(ErrorOf(kHeader, base64.substr(0, 100)), "it has no certificate in DER format");
  EXPECT_EQ(ErrorOf(kHeader, "-----BEGIN%2"), "it has a wrong percent escape");
  EXPECT_EQ(ErrorOf(kHeader, "-----BEGIN CERTIFICATE-----"), "it has no certificate in PEM format");
}

TEST_F(ForwardedCertificateTest, EnvoyForwardsItWithItsChain) {
  const auto forwarded = ReadForwardedCertificate(
      kXfccHeader,
      R"(By=spiffe://prod/bridge;Hash=1a2b;Cert=")" + AsEscapedPem(pem_) +
          R"(";Chain="a%20b";Subject="CN=chat,O=\"Example; Inc\"";URI=spiffe://prod/other)");
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_THAT(forwarded->certificate->Names(), ElementsAre("spiffe://prod/chat", "chat"));
  EXPECT_EQ(forwarded->chain, "a b");
  EXPECT_EQ(forwarded->subject, R"(CN=chat,O="Example; Inc")");
}

TEST_F(ForwardedCertificateTest, EnvoyForwardsNames) {
  const auto forwarded = ReadForwardedCertificate(
      kXfccHeader, R"(Hash=1;Subject="";DNS=Chat.Example;uri=spiffe://prod/chat;URI=;DNS="b")");
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_FALSE(forwarded->certificate.has_value());
  EXPECT_THAT(forwarded->names, ElementsAre("spiffe://prod/chat", "chat.example", "b"));
}

TEST_F(ForwardedCertificateTest, OmitsUnusableNames) {
  const auto forwarded = ReadForwardedCertificate(
      kXfccHeader, "URI=chat.example;DNS=a b;URI=" + std::string(256, ':') + ";Hash=1");
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_THAT(forwarded->names, IsEmpty());
}

// Only that was verified by the proxy that has called us.
TEST_F(ForwardedCertificateTest, TheLastElementCounts) {
  const auto forwarded = ReadForwardedCertificate(
      kXfccHeader,
      R"(URI=spiffe://prod/admin;Subject="CN=a,URI=x:y", Hash=1;URI=spiffe://prod/chat)");
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_THAT(forwarded->names, ElementsAre("spiffe://prod/chat"));
  EXPECT_EQ(forwarded->subject, "");
}

TEST_F(ForwardedCertificateTest, MalformedElementsAreRefused) {
  for (const std::string value :
       {"", ",", "Hash", "Hash=1,", "Hash=1;", "Hash=1;;URI=a:b", R"(=1;")", "Hash,URI=a:b"}) {
    EXPECT_EQ(ErrorOf(kXfccHeader, value), "it is not made of key=value") << value;
  }
  for (const std::string value :
       {R"(Subject=")", R"(Subject="a\)", R"(Subject="a\")", R"(Subject="a"b)", R"(Subject=a"b")",
        R"(Subject="a" ,URI=a:b)"}) {
    EXPECT_EQ(ErrorOf(kXfccHeader, value), "its quotes do not match") << value;
  }
  EXPECT_THAT(ErrorOf(kXfccHeader, "Cert=x"), HasSubstr("no certificate in PEM"));
  EXPECT_THAT(ErrorOf(kXfccHeader, "Chain=%"), HasSubstr("percent"));
  EXPECT_EQ(ErrorOf(kXfccHeader, "Subject=a;Subject=b"), "it has two subjects");
  const std::string cert = "Cert=" + AsEscapedPem(pem_);
  EXPECT_EQ(ErrorOf(kXfccHeader, cert + ";" + cert), "it has two certificates");
  std::string names;
  for (int i = 0; i < 101; ++i) names.append("DNS=a;");
  EXPECT_EQ(ErrorOf(kXfccHeader, names + "Hash=1"), "it has too many names");
}

}  // namespace
}  // namespace dino::auth
