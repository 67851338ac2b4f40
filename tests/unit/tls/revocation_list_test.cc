#include "server/tls/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

std::string ErrorOf(const std::string& pem, const CertificateAuthority& authority) {
  return std::string(
      RevocationList::Parse(pem, ContentOf(authority.certificate())).status().message());
}

TEST(RevocationListTest, ContainsRevokedCertificates) {
  CertificateAuthority authority;
  const CertificateFiles good = authority.Issue("DNS:good.example");
  const CertificateFiles bad = authority.Issue("DNS:bad.example");
  authority.Revoke(bad);
  const auto list = RevocationList::Parse(ContentOf(authority.RevocationList()),
                                          ContentOf(authority.certificate()));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_TRUE(list->Contains(Parsed(bad)));
  EXPECT_FALSE(list->Contains(Parsed(good)));
}

TEST(RevocationListTest, AcceptsListsOfSeveralAuthorities) {
  CertificateAuthority one;
  CertificateAuthority other("Other authority");
  const CertificateFiles bad = other.Issue("DNS:bad.example");
  other.Revoke(bad);
  const auto list =
      RevocationList::Parse(ContentOf(one.RevocationList()) + ContentOf(other.RevocationList()),
                            ContentOf(one.certificate()) + ContentOf(other.certificate()));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_TRUE(list->Contains(Parsed(bad)));
}

TEST(RevocationListTest, RevokesNothingByDefault) {
  CertificateAuthority authority;
  EXPECT_FALSE(RevocationList().Contains(Parsed(authority.Issue("DNS:good.example"))));
}

TEST(RevocationListTest, RefusesAListOfAnotherAuthority) {
  CertificateAuthority authority;
  CertificateAuthority other;
  EXPECT_THAT(ErrorOf(ContentOf(other.RevocationList()), authority), HasSubstr("has signed"));
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
