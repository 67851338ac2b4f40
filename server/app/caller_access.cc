#include "server/app/caller_access.h"

#include <memory>

#include "server/grpc/library.h"
#include "server/log/log.h"

namespace dino::app {

CallerAccess::CallerAccess(const Settings& settings)
    : uses_keys_(!settings.auth_keys_file.empty()),
      uses_tls_(!settings.tls_cert_file.empty()),
      callers_(settings.auth_keys_file, settings.environment),
      tls_({settings.tls_cert_file, settings.tls_key_file, settings.tls_client_ca_file,
            settings.tls_client_crl_file}),
      authenticator_(uses_keys_ ? &callers_ : nullptr, uses_tls_ ? &tls_ : nullptr,
                     settings.caller_from_header) {
  if (uses_keys_ && !uses_tls_ && !settings.grpc_address.IsLoopback()) {
    log::Warning("API keys cross the network unencrypted; set tls-cert-file");
  }
  if (!transport::LibraryResistsStrangers() && !settings.grpc_address.IsLoopback() &&
      settings.tls_client_ca_file.empty()) {
    log::Warning(
        "strangers who reach this port can slow the service down: set tls-client-ca-file, or keep "
        "them behind a proxy or mesh (SECURITY.md, Postures)",
        {{"grpc_version", transport::LibraryVersion()}});
  }
}

absl::Status CallerAccess::Start() {
  absl::Status status = uses_keys_ ? callers_.Start() : absl::OkStatus();
  return status.ok() && uses_tls_ ? tls_.Start() : status;
}

std::optional<std::chrono::system_clock::time_point> CallerAccess::certificate_end() const {
  const std::shared_ptr<const tls::ServerTlsConfig> config = tls_.config();
  if (config == nullptr) return std::nullopt;
  return config->not_after;
}

void CallerAccess::Fill(api::ServerOptions& options) const {
  if (authenticator_.takes_keys() || authenticator_.takes_certificates() ||
      !authenticator_.caller_header().empty()) {
    options.authenticator = &authenticator_;
  }
  if (uses_tls_) options.transport.tls = &tls_;
}

}  // namespace dino::app
