#include "server/mqtt/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/mqtt/resolver.h"

namespace dino::mqtt {
namespace {

// The reason of OpenSSL's first error; forgets all of them.
absl::Status Failed(const std::string& path, absl::string_view what) {
  const unsigned long error = ERR_peek_error();  // NOLINT(google-runtime-int): OpenSSL's type
  const char* const reason = ERR_reason_error_string(error);
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat(path, " ", what, ": ", reason == nullptr ? "unknown reason" : reason));
}

// OpenSSL would ask for a passphrase at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return -1; }

// OpenSSL tells the callback, but neither libmosquitto nor its caller.
thread_local int verify_error = X509_V_OK;

int RememberVerifyError(int ok, X509_STORE_CTX* context) {
  if (ok != 1) verify_error = X509_STORE_CTX_get_error(context);
  return ok;
}

// Called with SSL_CB_HANDSHAKE_START before the first message is put together.
void SendWantedName(const SSL* ssl, int where, int /*ret*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  auto* const changeable = const_cast<SSL*>(ssl);
  // Null for a numeric address, which must not be sent.
  const char* const name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(changeable), 0);
  SSL_ctrl(changeable, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(name));
}

TlsContext NewContext() {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr) return context;
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, RememberVerifyError);
  // MQTT says by itself where a packet ends: a connection that is cut is a lost one, no attack.
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle session needs no buffers.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(ctx, NoPassphrase);
  SSL_CTX_set_info_callback(ctx, SendWantedName);
  return context;
}

absl::Status ExpectHost(SSL_CTX* ctx, const std::string& host) {
  X509_VERIFY_PARAM* const param = SSL_CTX_get0_param(ctx);
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const std::string name(absl::StripSuffix(host, "."));
  const int set = Resolver::IsNumeric(host)
                      ? X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str())
                      : X509_VERIFY_PARAM_set1_host(param, name.data(), name.size());
  if (set == 1) return absl::OkStatus();
  return Failed(host, "cannot be checked in certificates");
}

absl::Status LoadCa(SSL_CTX* ctx, const std::string& path) {
  absl::Status readable = ReadTextFile(path).status();
  if (!readable.ok()) return readable;
  if (SSL_CTX_load_verify_file(ctx, path.c_str()) == 1) return absl::OkStatus();
  return Failed(path, "holds no CA certificate in PEM form");
}

absl::Status LoadCertificate(SSL_CTX* ctx, const std::string& path) {
  absl::Status readable = ReadTextFile(path).status();
  if (!readable.ok()) return readable;
  if (SSL_CTX_use_certificate_chain_file(ctx, path.c_str()) == 1) return absl::OkStatus();
  return Failed(path, "holds no certificate in PEM form that can be used");
}

absl::Status LoadKey(SSL_CTX* ctx, const std::string& path) {
  const absl::StatusOr<std::string> content = ReadTextFile(path);
  if (!content.ok()) return content.status();
  // In both of the forms that there are.
  if (absl::StrContains(*content, "ENCRYPTED")) {
    return absl::FailedPreconditionError(path + " holds a key with a passphrase: remove it");
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, path.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(ctx) == 1) {
    return absl::OkStatus();
  }
  const bool is_other =
      ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_X509 || ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL;
  return Failed(path, is_other ? "holds the key of another certificate"
                               : "holds no key in PEM form that can be used");
}

absl::StatusOr<TlsContext> MakeContext(const TlsFiles& files, const std::string& host) {
  TlsContext context = NewContext();
  if (context == nullptr) return Failed("OpenSSL", "does not work");
  absl::Status status = ExpectHost(context.get(), host);
  if (status.ok()) status = LoadCa(context.get(), files.ca);
  if (status.ok() && !files.certificate.empty()) {
    status = LoadCertificate(context.get(), files.certificate);
    if (status.ok()) status = LoadKey(context.get(), files.key);
  }
  if (!status.ok()) return status;
  return context;
}

}  // namespace

std::string TakeVerifyError() {
  const int error = std::exchange(verify_error, X509_V_OK);
  return error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
}

absl::Status CheckCaFile(const std::string& path) {
  const TlsContext context = NewContext();
  return context == nullptr ? Failed("OpenSSL", "does not work") : LoadCa(context.get(), path);
}

absl::Status CheckCertificateFile(const std::string& path) {
  const TlsContext context = NewContext();
  return context == nullptr ? Failed("OpenSSL", "does not work")
                            : LoadCertificate(context.get(), path);
}

absl::Status CheckKeyFile(const std::string& path, const std::string& certificate_path) {
  const TlsContext context = NewContext();
  if (context == nullptr) return Failed("OpenSSL", "does not work");
  absl::Status status = LoadCertificate(context.get(), certificate_path);
  return status.ok() ? LoadKey(context.get(), path) : status;
}

absl::StatusOr<TlsContext> TlsContexts::For(const std::string& host) {
  if (files_.ca.empty()) return TlsContext();
  const MutexLock lock(mutex_);
  // Taken before the files are read: what changes meanwhile is seen by the next call.
  const Stamps now = {StampOf(files_.ca), StampOf(files_.certificate), StampOf(files_.key)};
  if (now != stamps_) {
    contexts_.clear();
    stamps_ = now;
  }
  const auto known = contexts_.find(host);
  if (known != contexts_.end()) return known->second;
  absl::StatusOr<TlsContext> context = MakeContext(files_, host);
  if (context.ok()) contexts_.emplace(host, *context);
  return context;
}

}  // namespace dino::mqtt
