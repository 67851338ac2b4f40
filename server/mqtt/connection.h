#ifndef DINO_SERVER_MQTT_CONNECTION_H_
#define DINO_SERVER_MQTT_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/broker_access.h"
#include "server/mqtt/poller.h"
#include "server/mqtt/publish_properties.h"

struct mosquitto;
struct mqtt5__property;  // NOLINT(bugprone-reserved-identifier): the library's name

namespace dino::mqtt {

// What a broker announces when it accepts or refuses a connection.
struct ConnAck {
  std::uint8_t reason_code = 0;
  // How many publications the broker takes without having acknowledged them.
  std::uint16_t receive_maximum = 65535;
  // The highest QoS of a publication that it takes.
  std::uint8_t maximum_qos = 2;
  // The largest packet that it takes; 0 for any.
  std::uint32_t maximum_packet_size = 0;
};

// One attempt at an MQTT v5 connection and, if it succeeds, the connection: libmosquitto's
// handle, which this class alone touches. It is thrown away when the connection is lost,
// because the library's own queue and re-sending know neither bounds nor our order.
//
// Events arrive at the listener while one of `OnSocket`, `Publish` and `KeepAlive` runs; it must
// not destroy the connection from there. Not thread-safe.
class Connection {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // The broker answered (QoS 1) or the packet is in the socket (QoS 0, code 0).
    virtual void OnPubAck(int packet_id, std::uint8_t reason_code) = 0;
  };

  struct Target {
    // Numeric: a name would be looked up, and that blocks.
    std::string address;
    std::uint16_t port = 0;
    std::string client_id;
    std::chrono::seconds keep_alive{0};
    Credentials credentials;
  };

  enum class PublishStatus {
    kSent,     // On its way; OnPubAck follows, or has been called (QoS 0).
    kRefused,  // Not sent: this broker takes no such packet; `reason_code` says why.
    kConnectionLost,
  };

  // The handler is told of events at the socket, and passes them to `OnSocket`.
  Connection(Poller& poller, SocketHandler& handler) : poller_(poller), handler_(&handler) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Starts connecting, without waiting for anything.
  absl::Status Open(const Target& target);

  // Gives the connection to another owner, who will publish.
  void HandTo(SocketHandler& handler, Listener& listener);

  // Writes what waits and reads what has come, or sends a ping when it is time. An error means
  // that the connection is lost.
  absl::Status OnSocket(std::uint32_t events);
  absl::Status KeepAlive();

  // Watches the socket for what the connection waits for. To be called after the functions above
  // and below.
  void Watch();

  // What the broker has answered to CONNECT; none before that.
  const std::optional<ConnAck>& connack() const { return connack_; }

  // True if the broker said that another connection uses our client ID.
  bool taken_over() const;
  bool disconnected_by_broker() const { return disconnect_reason_.has_value(); }
  // Why the connection is lost: what the broker said if it said something, else `why`.
  std::string ReasonOfLoss(const absl::Status& why) const;

  // Holds back (true) or lets go (false) what is written, so that a burst of small packets
  // leaves in few segments.
  void Cork(bool on);

  // Tells the broker's TCP now that what has come was received, unless a publication sent since
  // then says so, and not some 40 ms later.
  void AcknowledgeReceived();

  // Sends one publication. `packet_id` is written before OnPubAck can be called.
  PublishStatus Publish(const std::string& topic, std::string_view payload, Qos qos,
                        const PublishProperties& properties, int& packet_id,
                        std::uint8_t& reason_code);

  // Sends DISCONNECT 0x00; the will to go is ours.
  void Disconnect();

 private:
  static void OnConnect(mosquitto* handle, void* self, int reason_code, int flags,
                        const mqtt5__property* properties);
  static void OnLog(mosquitto* handle, void* self, int level, const char* text);
  static void OnPublish(mosquitto* handle, void* self, int packet_id, int reason_code,
                        const mqtt5__property* properties);
  static void OnDisconnect(mosquitto* handle, void* self, int reason_code,
                           const mqtt5__property* properties);

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
  Listener* listener_ = nullptr;
  mosquitto* handle_ = nullptr;
  std::uint32_t watched_events_ = 0;
  // Whether something was read, and nothing published since.
  bool unacknowledged_ = false;
  std::optional<ConnAck> connack_;
  // The code of the DISCONNECT by which the broker ended the connection.
  std::optional<std::uint8_t> disconnect_reason_;
  bool uses_tls_ = false;
  bool in_handshake_ = false;
  // OpenSSL's first error, as the library tells it, up to CONNACK.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_CONNECTION_H_
