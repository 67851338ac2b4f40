#include "server/tls/revocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "server/base/text_file.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"

namespace dino::tls {
namespace {

using testing::CertificateAuthority;
using testing::CertificateFiles;
using testing::ContentOf;
using ::testing::HasSubstr;

// A root authority and one below it, and what they have revoked.
class RevocationsTest : public ::testing::Test {
 protected:
  RevocationsTest() { WriteLists(); }

  void WriteLists() {
    testing::ReplaceContent(
        lists_, ContentOf(root_.RevocationList()) + ContentOf(intermediate_.RevocationList()));
    EXPECT_TRUE(revocations_.Refresh().ok());
  }

  // What a caller is told whose connection presents such a file.
  std::string Check(const CertificateFiles& files) {
    const Certificates presented = Certificate::ParseAll(ContentOf(files.certificate));
    const bool has_chain = presented.size() > 1;
    return std::string(revocations_
                           .Check(presented.front(),
                                  has_chain ? ContentOf(intermediate_.certificate()) : "",
                                  Certificate::ParseAll(ContentOf(root_.certificate())))
                           .message());
  }

  CertificateAuthority root_;
  CertificateAuthority intermediate_{"Intermediate authority", root_};
  const std::string lists_ = root_.directory() / "revoked.pem";
  Revocations revocations_{lists_, root_.certificate()};
};

TEST_F(RevocationsTest, ChecksEachCertificateOfAChain) {
  const CertificateFiles direct = root_.Issue("DNS:direct.example");
  const CertificateFiles below = intermediate_.IssueWithChain("DNS:below.example");
  const CertificateFiles revoked = intermediate_.IssueWithChain("DNS:revoked.example");
  EXPECT_EQ(Check(direct), "");
  EXPECT_EQ(Check(below), "");
  EXPECT_EQ(Check(revoked), "");

  intermediate_.Revoke(revoked);
  WriteLists();
  EXPECT_EQ(Check(below), "");
  EXPECT_EQ(Check(revoked), "the client certificate has been revoked");

  root_.Revoke(intermediate_);
  WriteLists();
  EXPECT_EQ(Check(direct), "");
  EXPECT_EQ(Check(below), "an authority of the client certificate has been revoked");
}

TEST_F(RevocationsTest, AConnectionWithoutTheChainIsCheckedWithWhatOthersHavePresented) {
  const CertificateFiles resumed = intermediate_.Issue("DNS:resumed.example");
  const CertificateFiles other = intermediate_.IssueWithChain("DNS:other.example");
  EXPECT_THAT(Check(resumed), HasSubstr("leads to no authority")) << "nobody has presented it yet";
  EXPECT_EQ(Check(other), "");
  EXPECT_EQ(Check(resumed), "");
  WriteLists();
  EXPECT_EQ(Check(resumed), "");
  root_.Revoke(intermediate_);
  WriteLists();
  EXPECT_EQ(Check(resumed), "an authority of the client certificate has been revoked");
}

TEST_F(RevocationsTest, AStrangersCertificateLeadsToNoAuthority) {
  CertificateAuthority other("Other authority");
  EXPECT_THAT(Check(other.IssueWithChain("DNS:good.example")), HasSubstr("leads to no authority"));
}

TEST_F(RevocationsTest, WhileTheListsCannotBeReadNoCertificateIsAccepted) {
  const CertificateFiles good = root_.Issue("DNS:good.example");
  CertificateAuthority other;
  const std::string valid = ContentOf(lists_);
  const auto expect_refusal = [&](const std::string& reason) {
    const std::uint64_t generation = revocations_.generation();
    EXPECT_THAT(std::string(revocations_.Refresh().message()), HasSubstr(reason));
    EXPECT_TRUE(revocations_.Refresh().ok()) << "it is told once";
    EXPECT_NE(revocations_.generation(), generation);
    EXPECT_FALSE(revocations_.readable());
    EXPECT_THAT(Check(good), HasSubstr("cannot read its revocation lists"));

    testing::ReplaceContent(lists_, valid);
    EXPECT_TRUE(revocations_.Refresh().ok());
    EXPECT_TRUE(revocations_.readable());
    EXPECT_EQ(Check(good), "");
  };
  testing::ReplaceContent(lists_, valid + std::string(1024UL * 1024, '\n'));
  expect_refusal("larger than 1 MiB");
  testing::ReplaceContent(lists_, valid.substr(0, valid.size() - 50));
  expect_refusal("no usable revocation list");
  testing::ReplaceFile(lists_, other.RevocationList());
  expect_refusal("has not signed");
  std::filesystem::remove(lists_);
  expect_refusal("No such file");
}

TEST_F(RevocationsTest, WithoutAFileNothingIsRevoked) {
  Revocations none("", root_.certificate());
  EXPECT_FALSE(none.enabled());
  EXPECT_TRUE(none.Start().ok());
  EXPECT_TRUE(none.readable());
  CertificateAuthority other;
  const auto certificate = Certificate::Parse(ContentOf(other.certificate()));
  EXPECT_TRUE(none.Check(*certificate, "", {}).ok());
}

TEST_F(RevocationsTest, AFileIsCheckedBeforeTheStart) {
  EXPECT_TRUE(CheckCrlFile(lists_, root_.certificate()).ok());
  CertificateAuthority other;
  EXPECT_THAT(std::string(CheckCrlFile(other.RevocationList(), root_.certificate()).message()),
              HasSubstr("has not signed"));
}

}  // namespace
}  // namespace dino::tls
