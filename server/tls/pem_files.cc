#include "server/tls/pem_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/text_file.h"

namespace dino::tls {
namespace {

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;

Context CheckingContext() { return {SSL_CTX_new(TLS_method()), SSL_CTX_free}; }

absl::Status NoContext() { return OpensslError("OpenSSL", "does not work"); }

// OpenSSL would ask for a passphrase at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return -1; }

}  // namespace

absl::Status OpensslError(const std::string& subject, absl::string_view what) {
  const unsigned long error = ERR_peek_error();  // NOLINT(google-runtime-int): OpenSSL's type
  const char* const reason = ERR_reason_error_string(error);
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat(subject, " ", what, ": ", reason == nullptr ? "unknown reason" : reason));
}

absl::Status LoadCa(SSL_CTX* ctx, const std::string& path) {
  absl::Status readable = ReadTextFile(path).status();
  if (!readable.ok()) return readable;
  if (SSL_CTX_load_verify_file(ctx, path.c_str()) == 1) return absl::OkStatus();
  return OpensslError(path, "has no CA certificate in PEM format");
}

absl::Status LoadCertificate(SSL_CTX* ctx, const std::string& path) {
  absl::Status readable = ReadTextFile(path).status();
  if (!readable.ok()) return readable;
  if (SSL_CTX_use_certificate_chain_file(ctx, path.c_str()) == 1) return absl::OkStatus();
  return OpensslError(path, "has no usable certificate in PEM format");
}

absl::Status LoadKey(SSL_CTX* ctx, const std::string& path) {
  const absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content.status();
  // Both formats of an encrypted key have this word.
  if (absl::StrContains(*content, "ENCRYPTED")) {
    return absl::FailedPreconditionError(path + " has a key with a passphrase: remove it");
  }
  SSL_CTX_set_default_passwd_cb(ctx, NoPassphrase);
  if (SSL_CTX_use_PrivateKey_file(ctx, path.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(ctx) == 1) {
    return absl::OkStatus();
  }
  const bool is_other =
      ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509 || ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL;
  return OpensslError(
      path, is_other ? "has the key of another certificate" : "has no usable key in PEM format");
}

absl::Status CheckCaFile(const std::string& path) {
  const Context context = CheckingContext();
  return context == nullptr ? NoContext() : LoadCa(context.get(), path);
}

absl::Status CheckCertificateFile(const std::string& path) {
  const Context context = CheckingContext();
  return context == nullptr ? NoContext() : LoadCertificate(context.get(), path);
}

absl::Status CheckKeyFile(const std::string& path, const std::string& certificate_path) {
  const Context context = CheckingContext();
  if (context == nullptr) return NoContext();
  absl::Status status = LoadCertificate(context.get(), certificate_path);
  return status.ok() ? LoadKey(context.get(), path) : status;
}

}  // namespace dino::tls
