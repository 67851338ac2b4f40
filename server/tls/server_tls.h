#ifndef DINO_SERVER_TLS_SERVER_TLS_H_
#define DINO_SERVER_TLS_SERVER_TLS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/base/watched_files.h"
#include "server/tls/revocation_list.h"

namespace dino::tls {

// The paths of a server's PEM files.
struct ServerTlsFiles {
  // What clients are shown, with its chain, and its key without a passphrase.
  std::string certificate;
  std::string key;
  // Who must have signed the clients' certificates; empty: clients show none.
  std::string client_ca;
  // What the authorities in `client_ca` have revoked; empty: nothing.
  std::string client_crl;
};

// What they hold.
struct ServerTlsConfig {
  std::string certificate;
  std::string key;
  std::string client_ca;
  RevocationList revoked;
  // When the certificate that clients are shown ends.
  std::chrono::system_clock::time_point not_after;
};

// Whether a file of revocation lists would do. `client_ca_path` must do already.
absl::Status CheckCrlFile(const std::string& path, const std::string& client_ca_path);

// A server's TLS files, as they were when all of them were right. They are read again, on a
// thread of this object, soon after one has changed; files that are broken, or that do not belong
// together, change nothing and are logged. Thread-safe.
class ServerTls {
 public:
  explicit ServerTls(const ServerTlsFiles& files);
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // Reads the files and begins to look after them. To be called once; fails if one is broken.
  absl::Status Start();

  // Reads the files now, if one is not as it was when they were read last. Broken ones change
  // nothing; the error says which and why.
  absl::Status Refresh() { return files_.Refresh(); }

  // Null until `Start`.
  std::shared_ptr<const ServerTlsConfig> config() const { return files_.value(); }

  // Another number after every change.
  std::uint64_t generation() const { return files_.generation(); }

  bool wants_client_certificates() const { return wants_client_certificates_; }

 private:
  const bool wants_client_certificates_;
  WatchedFiles<ServerTlsConfig> files_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_SERVER_TLS_H_
