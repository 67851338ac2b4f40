#ifndef DINO_SERVER_TLS_PEM_FILES_H_
#define DINO_SERVER_TLS_PEM_FILES_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct ssl_ctx_st;

namespace dino::tls {

// Check that a PEM file is usable by itself. Errors name the path and the reason, never the
// content.
absl::Status CheckCaFile(const std::string& path);
absl::Status CheckCertificateFile(const std::string& path);
// Checks that a file holds the certificate's key, without a passphrase. REQUIRES:
// `certificate_path` is usable.
absl::Status CheckKeyFile(const std::string& path, const std::string& certificate_path);

// Load such a file into OpenSSL; fail for the same reasons.
absl::Status LoadCa(ssl_ctx_st* context, const std::string& path);
absl::Status LoadCertificate(ssl_ctx_st* context, const std::string& path);
// REQUIRES: the certificate is loaded.
absl::Status LoadKey(ssl_ctx_st* context, const std::string& path);

// An error with the reason of the first one in OpenSSL's queue, which it empties: "<subject>
// <what>: <reason>".
absl::Status OpensslError(const std::string& subject, absl::string_view what);

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_PEM_FILES_H_
