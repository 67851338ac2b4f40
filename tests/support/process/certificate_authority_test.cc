#include "tests/support/process/certificate_authority.h"

#include <gtest/gtest.h>

#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

// The exit status of `openssl verify`.
std::optional<int> Verify(const CertificateAuthority& authority, const CertificateFiles& files) {
  Subprocess openssl({"openssl", "verify", "-CAfile", authority.certificate(), "-verify_hostname",
                      "localhost", files.certificate});
  return openssl.Wait();
}

TEST(CertificateAuthorityTest, IssuesCertificatesForAName) {
  CertificateAuthority authority;

  EXPECT_EQ(Verify(authority, authority.Issue("DNS:localhost")), 0);
  EXPECT_NE(Verify(authority, authority.Issue("DNS:other.example")), 0);
}

TEST(CertificateAuthorityTest, IssuesExpiredCertificates) {
  CertificateAuthority authority;
  using Validity = CertificateAuthority::Validity;

  EXPECT_NE(Verify(authority, authority.Issue("DNS:localhost", Validity::kEndedYesterday)), 0);
}

TEST(CertificateAuthorityTest, KnowsOnlyItsOwnCertificates) {
  CertificateAuthority authority;
  CertificateAuthority other;

  EXPECT_NE(Verify(authority, other.Issue("DNS:localhost")), 0);
}

TEST(CertificateAuthorityTest, HasIntermediateAuthorities) {
  CertificateAuthority root;
  CertificateAuthority intermediate("Intermediate authority", root);
  const CertificateFiles issued = intermediate.IssueWithChain("DNS:localhost");
  Subprocess openssl({"openssl", "verify", "-CAfile", root.certificate(), "-untrusted",
                      issued.certificate, issued.certificate});
  EXPECT_EQ(openssl.Wait(), 0);
  EXPECT_NE(Verify(root, issued), 0) << "without the intermediate one";
}

TEST(CertificateAuthorityTest, ListsWhatItHasRevoked) {
  CertificateAuthority authority;
  const CertificateFiles good = authority.Issue("DNS:good.example");
  const CertificateFiles bad = authority.Issue("DNS:bad.example");
  authority.Revoke(bad);
  const std::string list = authority.RevocationList();
  const auto verify = [&](const CertificateFiles& files) {
    Subprocess openssl({"openssl", "verify", "-crl_check", "-CRLfile", list, "-CAfile",
                        authority.certificate(), files.certificate});
    return openssl.Wait();
  };

  EXPECT_EQ(verify(good), 0);
  EXPECT_NE(verify(bad), 0);
}

}  // namespace
}  // namespace dino::testing
