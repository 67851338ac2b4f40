#include "server/app/broker_tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"

namespace dino::app {
namespace {

using testing::CertificateFiles;
using Validity = testing::CertificateAuthority::Validity;

class BrokerTlsFilesTest : public ::testing::Test {
 protected:
  BrokerTlsFilesTest() {
    settings_.mqtt_tls_ca_file = authority_.directory() / "shown_ca.pem";
    settings_.mqtt_tls_cert_file = authority_.directory() / "shown.pem";
    settings_.mqtt_tls_key_file = authority_.directory() / "shown.key";
    testing::ReplaceFile(settings_.mqtt_tls_ca_file, authority_.certificate());
    Install(ended_);
  }

  void Install(const CertificateFiles& files) {
    testing::ReplaceFile(settings_.mqtt_tls_cert_file, files.certificate);
    testing::ReplaceFile(settings_.mqtt_tls_key_file, files.key);
  }

  testing::CertificateAuthority authority_;
  const CertificateFiles ended_ = authority_.Issue("DNS:bridge", Validity::kEndedYesterday);
  const CertificateFiles good_ = authority_.Issue("DNS:bridge");
  Settings settings_;
};

TEST_F(BrokerTlsFilesTest, TellsTheEndOfTheCertificate) {
  BrokerTlsFiles files(settings_);
  EXPECT_TRUE(files.valid());
  EXPECT_LT(files.certificate_end(), std::chrono::system_clock::now());
  Install(good_);
  EXPECT_GT(files.certificate_end(), std::chrono::system_clock::now());
}

TEST_F(BrokerTlsFilesTest, ABrokenFileDoesNotHideTheEndOfTheCertificateInUse) {
  for (const std::string& file :
       {settings_.mqtt_tls_ca_file, settings_.mqtt_tls_cert_file, settings_.mqtt_tls_key_file}) {
    BrokerTlsFiles files(settings_);
    const auto end = files.certificate_end();
    ASSERT_TRUE(end.has_value());
    const std::string before = testing::ContentOf(file);
    testing::ReplaceContent(file, "garbage");
    EXPECT_EQ(files.certificate_end(), end) << file;
    EXPECT_FALSE(files.valid()) << file;
    std::filesystem::remove(file);
    EXPECT_EQ(files.certificate_end(), end) << file;
    testing::ReplaceContent(file, before);
    EXPECT_TRUE(files.valid()) << file;
  }
}

TEST_F(BrokerTlsFilesTest, ACertificateWithoutItsKeyIsNotInUse) {
  BrokerTlsFiles files(settings_);
  const auto end = files.certificate_end();
  testing::ReplaceFile(settings_.mqtt_tls_cert_file, good_.certificate);
  EXPECT_EQ(files.certificate_end(), end);
  EXPECT_FALSE(files.valid());
  testing::ReplaceFile(settings_.mqtt_tls_key_file, good_.key);
  EXPECT_NE(files.certificate_end(), end);
  EXPECT_TRUE(files.valid());
}

TEST_F(BrokerTlsFilesTest, WithoutACertificateOrWithoutTlsThereIsNoEnd) {
  settings_.mqtt_tls_cert_file.clear();
  settings_.mqtt_tls_key_file.clear();
  BrokerTlsFiles only_ca(settings_);
  EXPECT_EQ(only_ca.certificate_end(), std::nullopt);
  EXPECT_TRUE(only_ca.valid());
  testing::ReplaceContent(settings_.mqtt_tls_ca_file, "garbage");
  EXPECT_FALSE(only_ca.valid());
  const Settings none{};
  BrokerTlsFiles without(none);
  EXPECT_EQ(without.certificate_end(), std::nullopt);
  EXPECT_TRUE(without.valid());
}

}  // namespace
}  // namespace dino::app
