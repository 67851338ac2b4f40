#include "server/tls/pem_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/subprocess.h"

namespace dino::tls {
namespace {

using testing::CertificateFiles;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PemFilesTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& content) {
    return testing::WriteFile(authority_.directory(), name, content);
  }
  static std::string Text(const absl::Status& status) { return std::string(status.message()); }

  testing::CertificateAuthority authority_;
  const CertificateFiles client_ = authority_.Issue("DNS:bridge.example");
  const std::string missing_ = authority_.directory() / "missing";
  const std::string garbage_ = File("garbage", "hunter2");
};

TEST_F(PemFilesTest, AcceptsValidFiles) {
  EXPECT_TRUE(CheckCaFile(authority_.certificate()).ok());
  EXPECT_TRUE(CheckCertificateFile(client_.certificate).ok());
  EXPECT_TRUE(CheckKeyFile(client_.key, client_.certificate).ok());
}

TEST_F(PemFilesTest, NamesABadFileAndWhyWithoutItsContent) {
  const CertificateFiles other = authority_.Issue("DNS:other.example");
  const struct {
    const char* name;
    absl::Status status;
    std::string expected;
  } kCases[] = {
      {"missing CA", CheckCaFile(missing_), "cannot read " + missing_ + ": No such file"},
      {"CA without PEM", CheckCaFile(garbage_), garbage_ + " has no CA certificate in PEM format"},
      {"missing certificate", CheckCertificateFile(missing_), "cannot read " + missing_},
      {"certificate without PEM", CheckCertificateFile(garbage_),
       garbage_ + " has no usable certificate in PEM format"},
      {"missing key", CheckKeyFile(missing_, client_.certificate), "cannot read " + missing_},
      {"key without PEM", CheckKeyFile(garbage_, client_.certificate),
       garbage_ + " has no usable key in PEM format"},
      {"certificate as a key", CheckKeyFile(client_.certificate, client_.certificate),
       client_.certificate + " has no usable key in PEM format"},
      {"key of another certificate", CheckKeyFile(other.key, client_.certificate),
       other.key + " has the key of another certificate"},
  };
  for (const auto& test : kCases) {
    EXPECT_FALSE(test.status.ok()) << test.name;
    EXPECT_THAT(Text(test.status), StartsWith(test.expected)) << test.name;
    EXPECT_THAT(Text(test.status), ::testing::Not(HasSubstr("hunter2"))) << test.name;
  }
}

TEST_F(PemFilesTest, RefusesAnEncryptedKeyWithoutAskingForAPassphrase) {
  const std::string locked = authority_.directory() / "locked.key";
  testing::Subprocess openssl(
      {"openssl", "ec", "-in", client_.key, "-aes256", "-passout", "pass:hunter2", "-out", locked});
  ASSERT_EQ(openssl.Wait(), 0);
  EXPECT_THAT(Text(CheckKeyFile(locked, client_.certificate)),
              HasSubstr(locked + " has a key with a passphrase"));
}

}  // namespace
}  // namespace dino::tls
