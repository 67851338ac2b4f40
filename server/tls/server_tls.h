#ifndef DINO_SERVER_TLS_SERVER_TLS_H_
#define DINO_SERVER_TLS_SERVER_TLS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/base/repeater.h"
#include "server/base/text_file.h"
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
  // How soon a change of a file is seen.
  static constexpr std::chrono::milliseconds kInterval{1000};

  explicit ServerTls(ServerTlsFiles files) : files_(std::move(files)) {}
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // Reads the files and begins to look after them. To be called once; fails if one is broken.
  absl::Status Start();

  // Reads the files now, if one is not as it was when they were read last. Broken ones change
  // nothing; the error says which and why.
  absl::Status Refresh();

  // Null until `Start`.
  std::shared_ptr<const ServerTlsConfig> config() const;

  // Another number after every change.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  bool wants_client_certificates() const { return !files_.client_ca.empty(); }

 private:
  using Stamps = std::array<FileStamp, 4>;

  Stamps StampFiles() const;
  absl::StatusOr<ServerTlsConfig> Read() const;

  const ServerTlsFiles files_;
  std::atomic<std::uint64_t> generation_{0};

  Mutex files_mutex_;
  // Of the files that were read last, whether they were good or not.
  std::optional<Stamps> stamps_ ABSL_GUARDED_BY(files_mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<const ServerTlsConfig> config_ ABSL_GUARDED_BY(mutex_);

  // The last member: it uses the others.
  std::optional<Repeater> watch_;
};

}  // namespace dino::tls

#endif  // DINO_SERVER_TLS_SERVER_TLS_H_
