// Settings for access to brokers. Their files are read before the process listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/unit/app/setting_errors.h"

namespace dino::app {
namespace {

using testing::CertificateFiles;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BrokerAccessSettingsTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& content) {
    return testing::WriteFile(authority_.directory(), name, content);
  }

  testing::CertificateAuthority authority_;
  const CertificateFiles files_ = authority_.Issue("DNS:bridge.example");
  const std::string ca_ = "--mqtt-tls-ca-file=" + authority_.certificate();
  const std::string certificate_ = "--mqtt-tls-cert-file=" + files_.certificate;
  const std::string key_ = "--mqtt-tls-key-file=" + files_.key;
  const std::string missing_ = authority_.directory() / "missing";
};

TEST_F(BrokerAccessSettingsTest, AcceptsNameAndPasswordWithAndWithoutTls) {
  const std::string password = "--mqtt-password-file=" + File("password", "secret\n");
  EXPECT_THAT(ErrorsOf({"--mqtt-username=bridge"}), IsEmpty());
  EXPECT_THAT(ErrorsOf({"--mqtt-username=bridge", password}), IsEmpty());
  EXPECT_THAT(ErrorsOf({ca_}), IsEmpty());
  EXPECT_THAT(ErrorsOf({ca_, certificate_, key_, "--mqtt-username=bridge", password}), IsEmpty());
}

TEST_F(BrokerAccessSettingsTest, APasswordNeedsAName) {
  EXPECT_THAT(ErrorsOf({"--mqtt-password-file=" + File("password", "secret")}),
              ElementsAre("--mqtt-password-file: needs mqtt-username"));
}

TEST_F(BrokerAccessSettingsTest, CertificateKeyAndCaComeTogether) {
  EXPECT_THAT(ErrorsOf({certificate_}),
              ElementsAre("--mqtt-tls-cert-file: needs mqtt-tls-ca-file",
                          "--mqtt-tls-cert-file: needs mqtt-tls-key-file"));
  EXPECT_THAT(ErrorsOf({ca_, key_}), ElementsAre("--mqtt-tls-key-file: needs mqtt-tls-cert-file"));
  EXPECT_THAT(ErrorsOf({certificate_, key_}),
              ElementsAre("--mqtt-tls-cert-file: needs mqtt-tls-ca-file"));
}

TEST_F(BrokerAccessSettingsTest, NamesEveryFileThatCannotBeRead) {
  const std::string why = ": cannot read " + missing_ + ": No such file or directory";
  EXPECT_THAT(
      ErrorsOf({"--mqtt-username=bridge", "--mqtt-password-file=" + missing_,
                "--mqtt-tls-ca-file=" + missing_, "--mqtt-tls-cert-file=" + missing_, key_}),
      ElementsAre("--mqtt-password-file" + why, "--mqtt-tls-ca-file" + why,
                  "--mqtt-tls-cert-file" + why));
  EXPECT_THAT(ErrorsOf({ca_, certificate_, "--mqtt-tls-key-file=" + missing_}),
              ElementsAre("--mqtt-tls-key-file" + why));
}

TEST_F(BrokerAccessSettingsTest, ExplainsABadFileWithoutRevealingItsContent) {
  const CertificateFiles other = authority_.Issue("DNS:other.example");
  const std::string garbage = File("garbage", "hunter2");
  EXPECT_THAT(ErrorsOf({"--mqtt-tls-ca-file=" + garbage}),
              ElementsAre(HasSubstr("--mqtt-tls-ca-file: " + garbage + " has no CA certificate")));
  EXPECT_THAT(ErrorsOf({ca_, certificate_, "--mqtt-tls-key-file=" + other.key}),
              ElementsAre(HasSubstr("has the key of another certificate")));
  EXPECT_THAT(ErrorsOf({"--mqtt-username=b", "--mqtt-password-file=" + File("empty", "\n")}),
              ElementsAre(HasSubstr("holds no password")));
}

TEST_F(BrokerAccessSettingsTest, RefusesANameThatMqttCannotCarry) {
  EXPECT_THAT(ErrorsOf({"--mqtt-username=a\nb"}),
              ElementsAre("--mqtt-username: must be at most 65535 bytes of UTF-8 without control "
                          "characters"));
}

}  // namespace
}  // namespace dino::app
