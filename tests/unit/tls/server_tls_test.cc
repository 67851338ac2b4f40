#include "server/tls/server_tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/patience.h"

namespace dino::tls {
namespace {

using testing::CertificateFiles;
using ::testing::HasSubstr;

class ServerTlsTest : public ::testing::Test {
 protected:
  ServerTlsTest() { Install(first_); }

  void Install(const CertificateFiles& files) {
    testing::ReplaceFile(files_.certificate, files.certificate);
    testing::ReplaceFile(files_.key, files.key);
  }

  std::string ErrorOf(ServerTls& tls) { return std::string(tls.Refresh().message()); }

  testing::CertificateAuthority authority_;
  const CertificateFiles first_ = authority_.Issue("DNS:first.example");
  const CertificateFiles second_ = authority_.Issue("DNS:second.example");
  ServerTlsFiles files_{authority_.directory() / "shown.pem", authority_.directory() / "shown.key",
                        authority_.certificate(), ""};
};

TEST_F(ServerTlsTest, HoldsTheContentOfTheFiles) {
  ServerTls tls(files_);
  EXPECT_EQ(tls.config(), nullptr);
  ASSERT_TRUE(tls.Start().ok());
  EXPECT_EQ(tls.config()->certificate, ReadTextFile(first_.certificate).value());
  EXPECT_EQ(tls.config()->key, ReadTextFile(first_.key).value());
  EXPECT_EQ(tls.config()->client_ca, ReadTextFile(authority_.certificate()).value());
  EXPECT_GT(tls.config()->not_after, std::chrono::system_clock::now());
}

TEST_F(ServerTlsTest, DoesNotStartWithInvalidFiles) {
  std::filesystem::remove(files_.key);
  ServerTls tls(files_);
  EXPECT_THAT(std::string(tls.Start().message()), HasSubstr("cannot read " + files_.key));
}

TEST_F(ServerTlsTest, NoticesNewFilesByItself) {
  ServerTls tls(files_);
  ASSERT_TRUE(tls.Start().ok());
  const std::uint64_t generation = tls.generation();
  Install(second_);
  const auto deadline = testing::Clock::now() + testing::kPatience;
  while (tls.generation() == generation && testing::Clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(tls.config()->certificate, ReadTextFile(second_.certificate).value());
}

TEST_F(ServerTlsTest, AMismatchedPairChangesNothingUntilItMatches) {
  ServerTls tls(files_);
  ASSERT_TRUE(tls.Refresh().ok());
  const std::uint64_t generation = tls.generation();
  testing::ReplaceFile(files_.certificate, second_.certificate);
  EXPECT_THAT(ErrorOf(tls), HasSubstr(files_.key + " has the key of another certificate"));
  EXPECT_EQ(tls.generation(), generation);
  EXPECT_EQ(tls.config()->certificate, ReadTextFile(first_.certificate).value());
  EXPECT_EQ(ErrorOf(tls), "") << "it is told once";

  testing::ReplaceFile(files_.key, second_.key);
  EXPECT_TRUE(tls.Refresh().ok());
  EXPECT_NE(tls.generation(), generation);
  EXPECT_EQ(tls.config()->certificate, ReadTextFile(second_.certificate).value());
}

TEST_F(ServerTlsTest, AcceptsAnExpiredCertificate) {
  Install(authority_.Issue("DNS:a", testing::CertificateAuthority::Validity::kEndedYesterday));
  ServerTls tls(files_);
  ASSERT_TRUE(tls.Refresh().ok());
  EXPECT_LT(tls.config()->not_after, std::chrono::system_clock::now());
}

TEST_F(ServerTlsTest, KnowsWhatWasRevoked) {
  authority_.Revoke(second_);
  files_.client_crl = authority_.RevocationList();
  ServerTls tls(files_);
  ASSERT_TRUE(tls.Refresh().ok());
  const auto check = [&tls](const CertificateFiles& files) {
    const auto certificate = Certificate::Parse(ReadTextFile(files.certificate).value());
    return tls.revocations().Check(*certificate, "", tls.config()->authorities);
  };
  EXPECT_FALSE(check(second_).ok());
  EXPECT_TRUE(check(first_).ok());
}

TEST_F(ServerTlsTest, RevocationListsAndCertificatesAreReadIndependently) {
  files_.client_crl = authority_.directory() / "revoked.pem";
  testing::ReplaceFile(files_.client_crl, authority_.RevocationList());
  ServerTls tls(files_);
  ASSERT_TRUE(tls.Refresh().ok());
  testing::ReplaceContent(files_.client_crl, "garbage");
  Install(second_);
  EXPECT_THAT(ErrorOf(tls), HasSubstr(files_.client_crl));
  EXPECT_EQ(tls.config()->certificate, ReadTextFile(second_.certificate).value());

  const std::uint64_t generation = tls.generation();
  std::filesystem::remove(files_.key);
  testing::ReplaceFile(files_.client_crl, authority_.RevocationList());
  EXPECT_THAT(ErrorOf(tls), HasSubstr(files_.key));
  EXPECT_NE(tls.generation(), generation);
  EXPECT_TRUE(tls.revocations().readable());
}

TEST_F(ServerTlsTest, DoesNotStartWithoutTheRevocationLists) {
  files_.client_crl = authority_.directory() / "revoked.pem";
  ServerTls tls(files_);
  EXPECT_THAT(std::string(tls.Start().message()), HasSubstr("cannot read " + files_.client_crl));
}

}  // namespace
}  // namespace dino::tls
