#include "server/tls/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"

namespace dino::tls {
namespace {

using testing::CertificateAuthority;
using testing::CertificateFiles;
using testing::ContentOf;
using ::testing::HasSubstr;

Certificate Parsed(const CertificateFiles& files) {
  return Certificate::Parse(ContentOf(files.certificate)).value();
}

Certificates Of(const std::vector<const CertificateAuthority*>& authorities) {
  Certificates all;
  for (const CertificateAuthority* each : authorities) {
    all.push_back(Certificate::Parse(ContentOf(each->certificate())).value());
  }
  return all;
}

std::string ErrorOf(const std::string& pem, const CertificateAuthority& authority) {
  return std::string(RevocationList::Parse(pem, Of({&authority})).status().message());
}

TEST(RevocationListTest, RefusesRevokedCertificates) {
  CertificateAuthority authority;
  const CertificateFiles good = authority.Issue("DNS:good.example");
  const CertificateFiles bad = authority.Issue("DNS:bad.example");
  authority.Revoke(bad);
  const Certificates issuers = Of({&authority});
  const auto list = RevocationList::Parse(ContentOf(authority.RevocationList()), issuers);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->Check(Parsed(bad), issuers).message(), "has been revoked");
  EXPECT_EQ(list->Check(Parsed(bad), {}).message(), "has been revoked");
  EXPECT_TRUE(list->Check(Parsed(good), issuers).ok());
  EXPECT_TRUE(list->Check(Parsed(good), {}).ok());
}

TEST(RevocationListTest, AcceptsListsOfSeveralAuthorities) {
  CertificateAuthority one;
  CertificateAuthority other("Other authority");
  const CertificateFiles bad = other.Issue("DNS:bad.example");
  other.Revoke(bad);
  const Certificates issuers = Of({&one, &other});
  const auto list = RevocationList::Parse(
      ContentOf(one.RevocationList()) + ContentOf(other.RevocationList()), issuers);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->size(), 2U);
  EXPECT_FALSE(list->Check(Parsed(bad), issuers).ok());
}

TEST(RevocationListTest, AcceptsAListOfAnIssuerThatIsNoAuthority) {
  CertificateAuthority root;
  CertificateAuthority intermediate("Intermediate authority", root);
  const CertificateFiles bad = intermediate.Issue("DNS:bad.example");
  intermediate.Revoke(bad);
  const auto list = RevocationList::Parse(ContentOf(intermediate.RevocationList()), Of({&root}));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_FALSE(list->Check(Parsed(bad), Of({&intermediate, &root})).ok());
}

TEST(RevocationListTest, AListThatTheIssuerHasNotSignedAcceptsNothingOfIt) {
  CertificateAuthority root;
  CertificateAuthority intermediate("Intermediate authority", root);
  CertificateAuthority impostor("Intermediate authority", root);
  const auto list = RevocationList::Parse(ContentOf(impostor.RevocationList()), Of({&root}));
  ASSERT_TRUE(list.ok()) << list.status();
  const Certificate issued = Parsed(intermediate.Issue("DNS:good.example"));
  EXPECT_THAT(std::string(list->Check(issued, Of({&intermediate, &root})).message()),
              HasSubstr("has not signed"));
  EXPECT_TRUE(list->Check(Parsed(root.Issue("DNS:good.example")), Of({&root})).ok())
      << "no list has its issuer's name";
}

TEST(RevocationListTest, AnExpiredListCounts) {
  CertificateAuthority authority;
  const CertificateFiles bad = authority.Issue("DNS:bad.example");
  authority.Revoke(bad);
  const auto expired = RevocationList::Parse(
      ContentOf(authority.RevocationList(CertificateAuthority::Validity::kEndedYesterday)),
      Of({&authority}));
  ASSERT_TRUE(expired.ok()) << expired.status();
  EXPECT_EQ(expired->ExpiredLists(), 1U);
  EXPECT_FALSE(expired->Check(Parsed(bad), Of({&authority})).ok());
  const auto current =
      RevocationList::Parse(ContentOf(authority.RevocationList()), Of({&authority}));
  EXPECT_EQ(current->ExpiredLists(), 0U);
}

TEST(RevocationListTest, RefusesAListOfAnotherAuthority) {
  CertificateAuthority authority;
  CertificateAuthority other;
  EXPECT_THAT(ErrorOf(ContentOf(other.RevocationList()), authority), HasSubstr("has not signed"));
}

TEST(RevocationListTest, RefusesEverythingElse) {
  CertificateAuthority authority;
  const std::string list = ContentOf(authority.RevocationList());
  EXPECT_THAT(ErrorOf("", authority), HasSubstr("no usable revocation list"));
  EXPECT_THAT(ErrorOf("garbage", authority), HasSubstr("no usable revocation list"));
  EXPECT_THAT(ErrorOf(list + list.substr(0, list.size() / 2), authority),
              HasSubstr("no usable revocation list"));
}

}  // namespace
}  // namespace dino::tls
