#ifndef DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_AUTHORITY_H_
#define DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_AUTHORITY_H_

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process/patience.h"
#include "tests/support/process/temporary_directory.h"

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

  explicit CertificateAuthority(const std::string& name = "Test authority",
                                Where where = Where::Here());
  // An intermediate authority: `parent` has issued its certificate.
  CertificateAuthority(const std::string& name, CertificateAuthority& parent,
                       Where where = Where::Here());
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // The directory of the files; tests may add their own.
  const std::filesystem::path& directory() const { return directory_.path(); }
  // The authority's own certificate.
  std::string certificate() const { return directory() / "ca.pem"; }

  // Makes a certificate for subject alternative names: "DNS:localhost", "IP:127.0.0.1,URI:a:b".
  CertificateFiles Issue(const std::string& name, Validity validity = Validity::kToday,
                         Where where = Where::Here());

  // The same; the file holds this authority's own certificate as well.
  CertificateFiles IssueWithChain(const std::string& name, Where where = Where::Here());

  // Revokes a certificate that it has issued.
  void Revoke(const CertificateFiles& files, Where where = Where::Here());
  void Revoke(const CertificateAuthority& intermediate, Where where = Where::Here());
  // Writes the list of all certificates revoked so far; returns its path.
  std::string RevocationList(Validity validity = Validity::kToday, Where where = Where::Here());

 private:
  // Runs `openssl ca`.
  void Administer(const std::vector<std::string>& arguments, Where where);
  // Makes a certificate of a request, valid from the day before `last_day` to it.
  void Sign(const std::string& request, int last_day, const std::string& certificate, Where where);

  const TemporaryDirectory directory_;
  int issued_ = 0;
  int lists_ = 0;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_CERTIFICATE_AUTHORITY_H_
