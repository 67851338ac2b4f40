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
  EXPECT_THAT(
      ErrorsOf({"--grpc-address=[::]:50051", certificate_, key_}),
      ElementsAre(HasSubstr("set auth-keys-file, tls-client-ca-file or caller-from-header")));
}

TEST(CallerProxySettingsTest, AHeaderNeedsProxiesAndIdentifiesCallers) {
  EXPECT_THAT(ErrorsOf({"--caller-from-header=client-cert"}),
              ElementsAre("--caller-from-header: needs trusted-proxies"));
  EXPECT_THAT(ErrorsOf({"--trusted-proxies=10.0.0.0/8", "--caller-from-header=client-cert",
                        "--grpc-address=[::]:50051"}),
              IsEmpty());
  EXPECT_THAT(ErrorsOf({"--trusted-proxies=10.0.0.0/8"}), IsEmpty());
  EXPECT_THAT(ErrorsOf({"--trusted-proxies=10.0.0.0/8", "--grpc-address=[::]:50051"}),
              ElementsAre(HasSubstr("nothing authenticates callers")));
}

TEST(CallerProxySettingsTest, SaysWhatIsWrong) {
  EXPECT_THAT(ErrorsOf({"--trusted-proxies=10.0.0.1,proxy"}),
              ElementsAre("--trusted-proxies: entry 2 is neither an IP address nor a network"));
  for (const std::string key :
       {"X-Cert", "cert-bin", "grpc-cert", "authorization", "a b", ":path"}) {
    EXPECT_THAT(ErrorsOf({"--trusted-proxies=::1", "--caller-from-header=" + key}),
                ElementsAre(HasSubstr("must be 1 to 100 of a-z")))
        << key;
  }
}

}  // namespace
}  // namespace dino::app
