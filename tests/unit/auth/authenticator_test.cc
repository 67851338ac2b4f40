#include "server/auth/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/certificate_forms.h"
#include "tests/unit/auth/key_files.h"

namespace dino::auth {
namespace {

using testing::AsBase64;
using testing::AsEscapedPem;
using ::testing::HasSubstr;

const std::string kChatKey = "the-key-of-the-chat";

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    WriteKeyFile(key_file_, {KeyFileEntry("chat", kChatKey),
                             R"({"name": "push", "certificates": ["spiffe://prod/push"]})"});
    RevokeAndRead({});
  }

  std::string Issue(const std::string& names) {
    last_issued_ = authority_.Issue(names);
    return ReadTextFile(last_issued_.certificate).value();
  }

  void RevokeAndRead(const testing::CertificateFiles& files) {
    if (!files.certificate.empty()) authority_.Revoke(files);
    std::filesystem::rename(authority_.RevocationList(), crl_);
    ASSERT_TRUE(tls_.Refresh().ok());
  }

  static std::string NameOf(const Authenticator& authenticator, const Credentials& credentials) {
    const auto caller = authenticator.Identify(credentials);
    return caller.ok() ? (*caller)->name() : std::string(caller.status().message());
  }

  testing::CertificateAuthority authority_;
  const std::string key_file_ = authority_.directory() / "keys.json";
  const std::string crl_ = authority_.directory() / "crl.pem";
  const testing::CertificateFiles shown_ = authority_.Issue("DNS:localhost");
  testing::CertificateFiles last_issued_;
  Callers callers_{key_file_, "dev"};
  tls::ServerTls tls_{{shown_.certificate, shown_.key, authority_.certificate(), crl_}};
};

TEST_F(AuthenticatorTest, WithAKeyFileAKeyOrACertificateNameIsAccepted) {
  ASSERT_TRUE(callers_.Refresh().ok());
  const Authenticator authenticator(&callers_, &tls_);
  const std::string push = Issue("DNS:push,URI:spiffe://prod/push");
  const std::string stranger = Issue("DNS:stranger");
  EXPECT_EQ(NameOf(authenticator, {kChatKey, std::nullopt}), "chat");
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, push}), "push");
  EXPECT_EQ(NameOf(authenticator, {kChatKey, push}), "chat") << "the key says more";
  EXPECT_EQ(NameOf(authenticator, {kChatKey, stranger}), "chat");
  EXPECT_THAT(NameOf(authenticator, {std::nullopt, stranger}), HasSubstr("has no known name"));
  EXPECT_THAT(NameOf(authenticator, {"no-key", push}), HasSubstr("unknown API key"));
  EXPECT_THAT(NameOf(authenticator, {}), HasSubstr("must have one authorization"));
}

TEST_F(AuthenticatorTest, WithoutAKeyFileEveryCertificateIsAcceptedAndNamesItsCaller) {
  const Authenticator authenticator(nullptr, &tls_);
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, Issue("DNS:chat.example")}), "chat.example");
  EXPECT_EQ(NameOf(authenticator, {"ignored", Issue("URI:a:b,DNS:c")}), "a:b");
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, Issue("IP:10.0.0.1")}), "CN=test")
      << "the subject, if it has no name";
  const auto caller = *authenticator.Identify({std::nullopt, Issue("DNS:chat.example")});
  EXPECT_EQ(caller->WhyNot("PublishRead"), "");
  EXPECT_EQ(caller->quota().Take(1000000), Clock::duration::zero());
}

TEST_F(AuthenticatorTest, ARevokedCertificateIsRefused) {
  ASSERT_TRUE(callers_.Refresh().ok());
  const Authenticator with_keys(&callers_, &tls_);
  const Authenticator without_keys(nullptr, &tls_);
  const std::string push = Issue("URI:spiffe://prod/push");
  EXPECT_EQ(NameOf(with_keys, {std::nullopt, push}), "push");
  const std::uint64_t generation = with_keys.generation();
  RevokeAndRead(last_issued_);
  EXPECT_NE(with_keys.generation(), generation);
  EXPECT_THAT(NameOf(with_keys, {std::nullopt, push}), HasSubstr("has been revoked"));
  EXPECT_THAT(NameOf(with_keys, {kChatKey, push}), HasSubstr("has been revoked"));
  EXPECT_THAT(NameOf(without_keys, {std::nullopt, push}), HasSubstr("has been revoked"));
}

TEST_F(AuthenticatorTest, ACertificateBelowARevokedAuthorityIsRefused) {
  const Authenticator authenticator(nullptr, &tls_);
  testing::CertificateAuthority intermediate("Intermediate authority", authority_);
  const std::string chain = ReadTextFile(intermediate.certificate()).value();
  const std::string below =
      ReadTextFile(intermediate.Issue("DNS:below.example").certificate).value();
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, below, chain}), "below.example");
  authority_.Revoke(intermediate);
  RevokeAndRead({});
  EXPECT_THAT(NameOf(authenticator, {std::nullopt, below, chain}), HasSubstr("has been revoked"));
}

TEST_F(AuthenticatorTest, WhileRevocationListsCannotBeReadNoCertificateIsAccepted) {
  ASSERT_TRUE(callers_.Refresh().ok());
  const Authenticator authenticator(&callers_, &tls_);
  const std::string push = Issue("URI:spiffe://prod/push");
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, push}), "push");
  const std::uint64_t generation = authenticator.generation();
  std::filesystem::remove(crl_);
  EXPECT_FALSE(tls_.Refresh().ok());
  EXPECT_NE(authenticator.generation(), generation);
  EXPECT_THAT(NameOf(authenticator, {std::nullopt, push}), HasSubstr("cannot read"));
  EXPECT_THAT(NameOf(authenticator, {kChatKey, push}), HasSubstr("cannot read"));
  RevokeAndRead({});
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, push}), "push");
}

TEST_F(AuthenticatorTest, ARemovedNameIsRefused) {
  ASSERT_TRUE(callers_.Refresh().ok());
  const Authenticator authenticator(&callers_, &tls_);
  const std::string push = Issue("URI:spiffe://prod/push");
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, push}), "push");
  WriteKeyFile(key_file_, {KeyFileEntry("chat", kChatKey)});
  ASSERT_TRUE(callers_.Refresh().ok());
  EXPECT_THAT(NameOf(authenticator, {std::nullopt, push}), HasSubstr("has no known name"));
}

// What a proxy forwards.
Credentials Forwarded(std::string_view value) { return {std::nullopt, std::nullopt, "", value}; }

class ForwardedCallerTest : public AuthenticatorTest {
 protected:
  ForwardedCallerTest() { EXPECT_TRUE(callers_.Refresh().ok()); }

  const std::string push_ = AsBase64(Issue("URI:spiffe://prod/push"));
  const std::string stranger_ = AsBase64(Issue("DNS:stranger"));
};

TEST_F(ForwardedCallerTest, AForwardedCertificateIsAsGoodAsOneOfTheConnection) {
  const Authenticator authenticator(&callers_, nullptr, "client-cert");
  EXPECT_EQ(NameOf(authenticator, Forwarded(push_)), "push");
  EXPECT_EQ(NameOf(authenticator, Forwarded(push_)), "push");
  EXPECT_EQ(NameOf(authenticator, {kChatKey, std::nullopt, "", stranger_}), "chat");
  EXPECT_THAT(NameOf(authenticator, Forwarded(stranger_)), HasSubstr("has no known name"));
  EXPECT_THAT(NameOf(authenticator, Forwarded("$")),
              HasSubstr("the client certificate in client-cert cannot be read: it is not base64"));
  EXPECT_THAT(NameOf(authenticator, {}), HasSubstr("must have one authorization"));
}

TEST_F(ForwardedCallerTest, WithoutAKeyFileItNamesItsCaller) {
  const Authenticator authenticator(nullptr, nullptr, "client-cert");
  EXPECT_EQ(NameOf(authenticator, Forwarded(stranger_)), "stranger");
  EXPECT_THAT(NameOf(authenticator, {}), HasSubstr("no client certificate was shown"));
}

TEST_F(ForwardedCallerTest, EnvoysNamesAreEnough) {
  const Authenticator with_keys(&callers_, nullptr, "x-forwarded-client-cert");
  const Authenticator without_keys(nullptr, nullptr, "x-forwarded-client-cert");
  EXPECT_EQ(NameOf(with_keys, Forwarded("Hash=1;URI=spiffe://prod/push")), "push");
  EXPECT_EQ(NameOf(without_keys, Forwarded(R"(Subject="CN=chat")")), "CN=chat");
  EXPECT_THAT(NameOf(without_keys, Forwarded("Hash=1")), HasSubstr("has no name"));
}

TEST_F(ForwardedCallerTest, ARevokedOneIsRefusedAndNamesAloneAreNotEnough) {
  const std::string push = Issue("URI:spiffe://prod/push");
  const Authenticator der(&callers_, &tls_, "client-cert");
  const Authenticator xfcc(&callers_, &tls_, "x-forwarded-client-cert");
  const std::string element = "Cert=" + AsEscapedPem(push);
  EXPECT_EQ(NameOf(der, Forwarded(AsBase64(push))), "push");
  EXPECT_EQ(NameOf(xfcc, Forwarded(element)), "push");
  RevokeAndRead(last_issued_);
  EXPECT_THAT(NameOf(der, Forwarded(AsBase64(push))), HasSubstr("has been revoked"));
  EXPECT_THAT(NameOf(xfcc, Forwarded(element)), HasSubstr("has been revoked"));
  EXPECT_THAT(NameOf(xfcc, Forwarded("URI=spiffe://prod/push")),
              HasSubstr("certificates may be revoked, and x-forwarded-client-cert has none"));
}

TEST_F(AuthenticatorTest, ManyLongChainsAreToldApart) {
  const Authenticator authenticator(nullptr, &tls_);
  const std::string first = Issue("DNS:first");
  const std::string second = Issue("DNS:second");
  for (int i = 0; i < 100; ++i) {
    const std::string chain(100000, static_cast<char>('a' + i % 26));
    EXPECT_EQ(NameOf(authenticator, {std::nullopt, first, chain}), "first");
    EXPECT_EQ(NameOf(authenticator, {std::nullopt, second, chain}), "second");
  }
}

TEST_F(AuthenticatorTest, ManyCertificatesAreToldApart) {
  const Authenticator authenticator(nullptr, &tls_);
  const std::string first = Issue("DNS:first");
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, first}), "first");
  // Corrupted ones count as different ones.
  for (int i = 0; i < 3000; ++i) {
    EXPECT_EQ(NameOf(authenticator, {std::nullopt, first + std::to_string(i)}), "first");
  }
  EXPECT_EQ(NameOf(authenticator, {std::nullopt, Issue("DNS:second")}), "second");
}

}  // namespace
}  // namespace dino::auth
