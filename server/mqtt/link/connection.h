#ifndef DINO_SERVER_MQTT_LINK_CONNECTION_H_
#define DINO_SERVER_MQTT_LINK_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/mqtt/link/broker_access.h"
#include "server/mqtt/link/poller.h"
#include "server/mqtt/link/publish_channel.h"
#include "server/mqtt/wire/connack.h"

struct mosquitto;
struct mqtt5__property;  // NOLINT(bugprone-reserved-identifier): the library's name

namespace dino::mqtt {

// One attempt at an MQTT v5 connection and, if it succeeds, the connection. Up to the CONNACK it is
// libmosquitto's, whose handle this class alone touches; then, once it is handed to who publishes,
// the library only keeps the socket open, and a `PublishChannel` has the rest. It is thrown away
// when the connection is lost. Not thread-safe.
class Connection {
 public:
  using Listener = PublishChannel::Listener;

  struct Target {
    // Numeric: a name would be looked up, and that blocks.
    std::string address;
    std::uint16_t port = 0;
    std::string client_id;
    std::chrono::seconds keep_alive{0};
    Credentials credentials;
  };

  // The handler is told of events at the socket, and passes them to `OnSocket`.
  Connection(Poller& poller, SocketHandler& handler) : poller_(poller), handler_(&handler) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Starts connecting, without waiting for anything.
  absl::Status Open(const Target& target);

  // Gives the connection, which the broker has accepted, to another owner, who will publish.
  void HandTo(SocketHandler& handler, Listener& listener);

  // Goes on with what the socket is ready for. An error means that the connection is lost.
  absl::Status OnSocket(std::uint32_t events);

  // Watches the socket for what the connection waits for. To be called after the function above
  // and those of the channel.
  void Watch();

  // What the broker has answered to CONNECT; none before that.
  const std::optional<ConnAck>& connack() const { return connack_; }

  // REQUIRES: it was handed over.
  PublishChannel& channel() { return *channel_; }

  // True if the broker said that another connection uses our client ID.
  bool taken_over() const;
  bool disconnected_by_broker() const { return disconnect_reason().has_value(); }
  // Why the connection is lost: what the broker said if it said something, else `why`.
  std::string ReasonOfLoss(const absl::Status& why) const;

 private:
  static void OnConnect(mosquitto* handle, void* self, int reason_code, int flags,
                        const mqtt5__property* properties);
  static void OnLog(mosquitto* handle, void* self, int level, const char* text);
  static void OnDisconnect(mosquitto* handle, void* self, int reason_code,
                           const mqtt5__property* properties);

  // The code of the DISCONNECT by which the broker ended the connection; none if there was none.
  const std::optional<std::uint8_t>& disconnect_reason() const {
    return channel_ == nullptr ? disconnect_reason_ : channel_->disconnect_reason();
  }
  // The socket, -1 when there is none (any more).
  int fd() const;
  std::uint32_t WantedEvents() const;
  absl::Status Read();
  absl::Status Write();
  absl::Status SetCredentials(const Credentials& credentials);
  // Goes on with the TLS handshake, which both reads and writes.
  absl::Status Handshake();
  // Looks at what came of a step of it that the library calls a success; `errno` is the step's.
  absl::Status CheckHandshake(int result);
  // The library's `result`, and `errno`, as a status.
  absl::Status Check(int result, const char* what);
  // What TLS knows of a failure, empty if nothing.
  std::string TlsReason(int result, int error) const;

  Poller& poller_;
  SocketHandler* handler_;
  mosquitto* handle_ = nullptr;
  std::chrono::seconds keep_alive_{0};
  std::uint32_t watched_events_ = 0;
  std::optional<ConnAck> connack_;
  // The code of a DISCONNECT that came before the channel was made.
  std::optional<std::uint8_t> disconnect_reason_;
  std::unique_ptr<PublishChannel> channel_;
  bool uses_tls_ = false;
  bool in_handshake_ = false;
  // OpenSSL's first error, as the library tells it, up to CONNACK.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CONNECTION_H_
