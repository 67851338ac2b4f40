#ifndef DINO_SERVER_MQTT_LINK_CONNECT_FAILURE_H_
#define DINO_SERVER_MQTT_LINK_CONNECT_FAILURE_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "server/mqtt/link/loss.h"

namespace dino::mqtt {

// Why an attempt at a connection failed, so coarsely that alerts can tell one from another.
enum class ConnectFailure : std::uint8_t {
  kNone,      // No attempt has failed yet.
  kName,      // The broker's name leads to no address.
  kNetwork,   // The broker cannot be reached, or closes the connection.
  kTls,       // The TLS handshake fails: certificates, as a rule.
  kLogin,     // The broker does not take our user name, password or client ID.
  kRefused,   // The broker refuses for another reason: it is busy or not ready, for example.
  kSilent,    // The broker does not answer CONNECT.
  kProtocol,  // What answers does not speak MQTT v5.
  kFiles,     // Our own password or TLS files cannot be read.
};

// Their names, in that order.
inline constexpr std::array<std::string_view, 9> kConnectFailureNames = {
    "none", "name", "network", "tls", "login", "refused", "silent", "protocol", "files"};

// The same error, which says so.
absl::Status WithFailure(absl::Status status, ConnectFailure failure);

// What an error says; kNetwork if it says nothing.
ConnectFailure ConnectFailureOf(const absl::Status& status);

// What it means that a connection was lost so before it was accepted.
ConnectFailure ConnectFailureOf(const Loss& loss);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CONNECT_FAILURE_H_
