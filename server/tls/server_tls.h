#ifndef DINO_SERVER_TLS_SERVER_TLS_H_
#define DINO_SERVER_TLS_SERVER_TLS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/base/watched_files.h"
#include "server/log/state_log.h"
#include "server/tls/certificate.h"
#include "server/tls/revocations.h"

namespace dino::tls {

// The paths of a server's PEM files.
struct ServerTlsFiles {
  // The server's certificate with its chain, and its key without a passphrase.
  std::string certificate;
  std::string key;
  // The authorities that must have signed clients' certificates; empty: none are requested.
  std::string client_ca;
  // What the authorities in `client_ca`, and those below them, have revoked; empty: nothing.
  std::string client_crl;
};

// Their contents.
struct ServerTlsConfig {
  std::string certificate;
  std::string key;
  std::string client_ca;
  // What `client_ca` holds.
  Certificates authorities;
  // When the server's certificate expires.
  std::chrono::system_clock::time_point not_after;
};

// A server's TLS files, as of when all of them were last valid, and what was revoked. Threads of
// this object reread them soon after one changes; files that are invalid or do not match are logged
// and ignored, but for revocation lists. Thread-safe.
class ServerTls {
 public:
  explicit ServerTls(const ServerTlsFiles& files);
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // Reads the files and starts watching them. Call once. Fails if one is invalid.
  absl::Status Start();

  // Rereads the files now if one has changed. Invalid files change nothing, but for revocation
  // lists; the error says which and why.
  absl::Status Refresh();

  // Null until `Start`.
  std::shared_ptr<const ServerTlsConfig> config() const { return files_.value(); }

  // Changes whenever the files do.
  std::uint64_t generation() const { return files_.generation() + revocations_.generation(); }

  // False while the files are invalid: earlier ones stay in force.
  bool current() const { return files_.current(); }

  // Whose client certificates are not accepted any more.
  const Revocations& revocations() const { return revocations_; }

  bool wants_client_certificates() const { return wants_client_certificates_; }

 private:
  const bool wants_client_certificates_;
  // The watching thread's.
  log::StateLog invalid_log_{{log::Level::kError,
                              "invalid TLS files; the previous ones stay in force",
                              "the TLS files are valid again"}};
  log::StateLog expiry_log_{{log::Level::kError, "the server certificate has expired",
                             "the server certificate is valid again"}};
  WatchedFiles<ServerTlsConfig> files_;
  Revocations revocations_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_SERVER_TLS_H_
