#ifndef DINO_TESTS_TESTING_CERTIFICATE_AUTHORITY_H_
#define DINO_TESTS_TESTING_CERTIFICATE_AUTHORITY_H_

#include <filesystem>
#include <string>

#include "tests/testing/patience.h"
#include "tests/testing/temporary_directory.h"

namespace dino::testing {

// The paths of a certificate and its key, both PEM.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// A certificate authority made by the openssl program, in a directory that ends with this
// object. Failures fail the test. Not thread-safe.
class CertificateAuthority {
 public:
  enum class Validity { kToday, kEndedYesterday };

  explicit CertificateAuthority(Where where = Where::Here());
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // Where the files lie; a place for a test's own files too.
  const std::filesystem::path& directory() const { return directory_.path(); }
  // The authority's own certificate.
  std::string certificate() const { return directory() / "ca.pem"; }

  // Makes a certificate for a subject alternative name: "DNS:localhost", "IP:127.0.0.1".
  CertificateFiles Issue(const std::string& name, Validity validity = Validity::kToday,
                         Where where = Where::Here());

 private:
  const TemporaryDirectory directory_;
  int issued_ = 0;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_TESTING_CERTIFICATE_AUTHORITY_H_
