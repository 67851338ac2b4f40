// TLS settings for callers. Their files are read before the process listens.
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

class CallerTlsSettingsTest : public ::testing::Test {
 protected:
  testing::CertificateAuthority authority_;
  const CertificateFiles files_ = authority_.Issue("DNS:bridge.example");
  const std::string certificate_ = "--tls-cert-file=" + files_.certificate;
  const std::string key_ = "--tls-key-file=" + files_.key;
  const std::string ca_ = "--tls-client-ca-file=" + authority_.certificate();
  const std::string crl_ = "--tls-client-crl-file=" + authority_.RevocationList();
};

TEST_F(CallerTlsSettingsTest, AcceptsCompleteSettings) {
  EXPECT_THAT(ErrorsOf({certificate_, key_}), IsEmpty());
  EXPECT_THAT(ErrorsOf({certificate_, key_, ca_}), IsEmpty());
  EXPECT_THAT(ErrorsOf({certificate_, key_, ca_, crl_}), IsEmpty());
}

TEST_F(CallerTlsSettingsTest, SaysWhatIsMissing) {
  EXPECT_THAT(ErrorsOf({certificate_}), ElementsAre("--tls-cert-file: needs tls-key-file"));
  EXPECT_THAT(ErrorsOf({key_}), ElementsAre("--tls-key-file: needs tls-cert-file"));
  EXPECT_THAT(ErrorsOf({ca_}), ElementsAre("--tls-client-ca-file: needs tls-cert-file"));
  EXPECT_THAT(ErrorsOf({certificate_, key_, crl_}),
              ElementsAre("--tls-client-crl-file: needs tls-client-ca-file"));
}

TEST_F(CallerTlsSettingsTest, NamesTheInvalidFile) {
  const std::string garbage = testing::WriteFile(authority_.directory(), "garbage", "garbage");
  const CertificateFiles other = authority_.Issue("DNS:other.example");
  EXPECT_THAT(ErrorsOf({"--tls-cert-file=" + garbage, key_}),
              ElementsAre(HasSubstr("--tls-cert-file: " + garbage + " has no usable certificate")));
  EXPECT_THAT(ErrorsOf({certificate_, "--tls-key-file=" + other.key}),
              ElementsAre(HasSubstr(other.key + " has the key of another certificate")));
  EXPECT_THAT(ErrorsOf({certificate_, key_, "--tls-client-ca-file=" + garbage}),
              ElementsAre(HasSubstr("--tls-client-ca-file: " + garbage + " has no CA")));
  EXPECT_THAT(
      ErrorsOf({certificate_, key_, ca_, "--tls-client-crl-file=" + garbage}),
      ElementsAre(HasSubstr("--tls-client-crl-file: " + garbage + " has no usable revocation")));
}

TEST_F(CallerTlsSettingsTest, OnlyClientCertificatesIdentifyCallers) {
  EXPECT_THAT(ErrorsOf({"--grpc-address=[::]:50051", certificate_, key_, ca_}), IsEmpty());
  EXPECT_THAT(ErrorsOf({"--grpc-address=[::]:50051", certificate_, key_}),
              ElementsAre(HasSubstr("set auth-keys-file or tls-client-ca-file")));
}

}  // namespace
}  // namespace dino::app
