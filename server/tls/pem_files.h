#ifndef DINO_SERVER_TLS_PEM_FILES_H_
#define DINO_SERVER_TLS_PEM_FILES_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct ssl_ctx_st;

namespace dino::tls {

// Whether a PEM file alone would do. The errors say which path and why, never what it holds.
absl::Status CheckCaFile(const std::string& path);
absl::Status CheckCertificateFile(const std::string& path);
// Whether it holds the key of a certificate, without a passphrase. `certificate_path` must do
// already.
absl::Status CheckKeyFile(const std::string& path, const std::string& certificate_path);

// Gives OpenSSL what such a file holds; fails for the same reasons.
absl::Status LoadCa(ssl_ctx_st* context, const std::string& path);
absl::Status LoadCertificate(ssl_ctx_st* context, const std::string& path);
// After the certificate.
absl::Status LoadKey(ssl_ctx_st* context, const std::string& path);

// An error with the reason of OpenSSL's first one, which it forgets with all others:
// "<subject> <what>: <reason>".
absl::Status OpensslError(const std::string& subject, absl::string_view what);

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_PEM_FILES_H_
