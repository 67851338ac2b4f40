#ifndef DINO_SERVER_APP_CALLER_ACCESS_H_
#define DINO_SERVER_APP_CALLER_ACCESS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/api/server.h"
#include "server/app/settings.h"
#include "server/auth/authenticator.h"
#include "server/auth/callers.h"
#include "server/tls/server_tls.h"

namespace dino::app {

// Authenticates callers, if the settings enable it. Must outlive the server.
class CallerAccess {
 public:
  explicit CallerAccess(const Settings& settings);

  // Reads the files and starts watching them. Call once.
  absl::Status Start();

  // Makes a server with these options use it.
  void Fill(api::ServerOptions& options) const;

  // When the server's certificate expires; none without TLS. Thread-safe.
  std::optional<std::chrono::system_clock::time_point> certificate_end() const;

  // How many changes of the key file were rejected. Thread-safe.
  std::uint64_t key_file_errors() const { return callers_.file_errors(); }

  // Whether the key file is valid as it is now, if there is one. Thread-safe.
  bool key_file_valid() const { return !uses_keys_ || callers_.file_valid(); }

  // Whether the TLS files are those in force, if there are any. Thread-safe.
  bool tls_files_current() const { return !uses_tls_ || tls_.current(); }

  // Whether what was revoked can be read, if there is a file for it. Thread-safe.
  bool revocation_lists_readable() const { return tls_.revocations().readable(); }

  // What the callers in the key file have published, by name. Thread-safe.
  std::vector<std::pair<std::string, auth::Quota::Usage>> caller_usage() const {
    return callers_.Usage();
  }

 private:
  const bool uses_keys_;
  const bool uses_tls_;
  auth::Callers callers_;
  tls::ServerTls tls_;
  const auth::Authenticator authenticator_;
};

}  // namespace dino::app

#endif  // DINO_SERVER_APP_CALLER_ACCESS_H_
