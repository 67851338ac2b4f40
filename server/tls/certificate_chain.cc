#include "server/tls/certificate_chain.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "absl/status/status.h"

namespace dino::tls {
namespace {

struct Free {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

// The same as gRPC's handshake has it, but for dates.
constexpr auto kFlags =
    X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_NO_CHECK_TIME;
constexpr char kPurpose[] = "ssl_client";

}  // namespace

absl::StatusOr<Certificates> ChainOf(const Certificate& certificate, const Certificates& others,
                                     const Certificates& authorities) {
  const std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  const std::unique_ptr<STACK_OF(X509), Free> untrusted(sk_X509_new_null());
  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  for (const Certificate& each : authorities) X509_STORE_add_cert(store.get(), each.get());
  for (const Certificate& each : others) sk_X509_push(untrusted.get(), each.get());
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), untrusted.get()) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL does not work");
  }
  X509_STORE_CTX_set_default(context.get(), kPurpose);
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()), kFlags);
  const bool found = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!found) {
    return absl::NotFoundError(
        X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  const STACK_OF(X509)* const stack = X509_STORE_CTX_get0_chain(context.get());
  Certificates chain;
  for (int i = 0; i < sk_X509_num(stack); ++i) {
    chain.push_back(Certificate::Of(sk_X509_value(stack, i)));
  }
  return chain;
}

}  // namespace dino::tls
