#ifndef DINO_SERVER_TLS_CERTIFICATE_H_
#define DINO_SERVER_TLS_CERTIFICATE_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct x509_st;

namespace dino::tls {

// An X.509 certificate. Thread-safe.
class Certificate {
 public:
  // Reads PEM; of several certificates the first.
  static absl::StatusOr<Certificate> Parse(std::string_view pem);
  // Reads all that PEM holds, up to the first that cannot be read.
  static std::vector<Certificate> ParseAll(std::string_view pem);
  // Shares OpenSSL's object.
  static Certificate Of(x509_st* certificate);

  // The URIs and then the DNS names that it was issued for (subject alternative names), DNS names
  // in lower case. Those that are not 1 to 255 visible ASCII characters are left out.
  std::vector<std::string> Names() const;
  // Whom it was issued to, as RFC 2253 writes it: `CN=chat,O=Example`. May be empty.
  std::string Subject() const;

  std::chrono::system_clock::time_point not_after() const;

  // OpenSSL's object, which this one owns.
  x509_st* get() const { return certificate_.get(); }

 private:
  explicit Certificate(std::shared_ptr<x509_st> certificate)
      : certificate_(std::move(certificate)) {}

  std::shared_ptr<x509_st> certificate_;
};

using Certificates = std::vector<Certificate>;

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_CERTIFICATE_H_
