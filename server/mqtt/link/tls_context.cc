#include "server/mqtt/link/tls_context.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <utility>

#include "absl/strings/strip.h"
#include "server/mqtt/link/resolver.h"
#include "server/tls/pem_files.h"

namespace dino::mqtt {
namespace {

// OpenSSL tells the callbacks, but neither libmosquitto nor its caller.
thread_local int verify_error = X509_V_OK;
thread_local int handshake_errno = 0;

int RememberVerifyError(int ok, X509_STORE_CTX* context) {
  if (ok != 1) verify_error = X509_STORE_CTX_get_error(context);
  return ok;
}

void SendWantedName(const SSL* ssl) {
  auto* const changeable = const_cast<SSL*>(ssl);
  // Null for a numeric address, which must not be sent.
  const char* const name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(changeable), 0);
  SSL_ctrl(changeable, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(name));
}

void OnHandshake(const SSL* ssl, int where, int result) {
  // Before the first message is put together.
  if ((where & SSL_CB_HANDSHAKE_START) != 0) SendWantedName(ssl);
  if ((where & SSL_CB_EXIT) != 0) handshake_errno = result > 0 ? 0 : errno;
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
  SSL_CTX_set_info_callback(ctx, OnHandshake);
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
  return tls::OpensslError(host, "cannot be checked in certificates");
}

absl::StatusOr<TlsContext> MakeContext(const TlsFiles& files, const std::string& host) {
  TlsContext context = NewContext();
  if (context == nullptr) return tls::OpensslError("OpenSSL", "does not work");
  absl::Status status = ExpectHost(context.get(), host);
  if (status.ok()) status = tls::LoadCa(context.get(), files.ca);
  if (status.ok() && !files.certificate.empty()) {
    status = tls::LoadCertificate(context.get(), files.certificate);
    if (status.ok()) status = tls::LoadKey(context.get(), files.key);
  }
  if (!status.ok()) return status;
  return context;
}

}  // namespace

std::string TakeVerifyError() {
  const int error = std::exchange(verify_error, X509_V_OK);
  return error == X509_V_OK ? "" : X509_verify_cert_error_string(error);
}

int TakeHandshakeErrno() { return std::exchange(handshake_errno, 0); }

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
