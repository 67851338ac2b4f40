#ifndef DINO_SERVER_MQTT_LINK_BROKER_ACCESS_H_
#define DINO_SERVER_MQTT_LINK_BROKER_ACCESS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/mqtt/link/tls_context.h"

namespace dino::mqtt {

// What the brokers want to see of us. What is empty is not used.
struct BrokerAccessOptions {
  std::string username;
  // Needs a user name.
  std::string password_file;
  TlsFiles tls;
};

// What one connection attempt shows to its broker.
struct Credentials {
  std::string username;
  std::optional<std::string> password;
  TlsContext tls;
};

// Whether the broker can be sent such a user name.
absl::Status CheckUsername(const std::string& username);

// Returns the file's content without one newline at its end.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

// Gives each connection attempt what the files hold at that time. A file that is missing or
// broken fails that attempt only. The errors name the file and the reason, never the content.
// Thread-safe.
class BrokerAccess {
 public:
  explicit BrokerAccess(const BrokerAccessOptions& options = {})
      : username_(options.username), password_file_(options.password_file), tls_(options.tls) {}

  // For a broker that is known by this name or numeric address.
  absl::StatusOr<Credentials> For(const std::string& host);

 private:
  const std::string username_;
  const std::string password_file_;
  TlsContexts tls_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_BROKER_ACCESS_H_
