#ifndef DINO_SERVER_TLS_CERTIFICATE_H_
#define DINO_SERVER_TLS_CERTIFICATE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct x509_st;

namespace dino::tls {

// A name in a certificate, as callers are known by: 1 to 255 visible ASCII characters; a URI has a
// scheme, since it could else pass for another's DNS name, and a DNS name comes in lower case. None
// for anything else.
std::optional<std::string> UriName(std::string_view text);
std::optional<std::string> DnsName(std::string_view text);

// An X.509 certificate. Thread-safe.
class Certificate {
 public:
  // Reads PEM; of several certificates the first.
  static absl::StatusOr<Certificate> Parse(std::string_view pem);
  // Reads DER, which must hold nothing else.
  static absl::StatusOr<Certificate> ParseDer(std::string_view der);
  // Reads all that PEM holds, up to the first that cannot be read.
  static std::vector<Certificate> ParseAll(std::string_view pem);
  // Shares OpenSSL's object.
  static Certificate Of(x509_st* certificate);

  // The URIs and then the DNS names that it was issued for (subject alternative names), see above;
  // others are left out.
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
