#include "server/grpc/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "server/base/libraries.h"

namespace dino::transport {
namespace {

// Credentials of the library's C interface; owns them.
#if DINO_CURRENT_GRPC
using CoreCredentials = grpc::ServerCredentials;
#else
class CoreCredentials : public grpc::ServerCredentials {
 public:
  explicit CoreCredentials(grpc_server_credentials* credentials) : credentials_(credentials) {}
  CoreCredentials(const CoreCredentials&) = delete;
  CoreCredentials& operator=(const CoreCredentials&) = delete;
  ~CoreCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};
#endif

// The library's own provider that watches files refuses every handshake while a certificate and
// its key do not match. Its fetcher, which only its C interface has, lets us decide.
class FetchingCredentials final : public CoreCredentials {
 public:
  explicit FetchingCredentials(const tls::ServerTls& tls)
      : CoreCredentials(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                tls.wants_client_certificates()
                    ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                    : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
                &FetchingCredentials::Fetch, this))),
        tls_(tls) {}

 private:
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<FetchingCredentials*>(self)->Fetch(config);
  }

  grpc_ssl_certificate_config_reload_status Fetch(grpc_ssl_server_certificate_config** config) {
    const std::uint64_t generation = tls_.generation();
    if (fetched_.exchange(generation) == generation) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    const std::shared_ptr<const tls::ServerTlsConfig> current = tls_.config();
    const grpc_ssl_pem_key_cert_pair pair = {current->key.c_str(), current->certificate.c_str()};
    // The library wants some also if clients are not asked, and reads but does not use them then.
    const std::string& roots =
        tls_.wants_client_certificates() ? current->client_ca : current->certificate;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const tls::ServerTls& tls_;
  // What the library was given last; it starts with none.
  std::atomic<std::uint64_t> fetched_{0};
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const tls::ServerTls& tls) {
  return std::make_shared<FetchingCredentials>(tls);
}

}  // namespace dino::transport
