#ifndef DINO_SERVER_MQTT_CONNECTION_H_
#define DINO_SERVER_MQTT_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/broker_access.h"

struct mosquitto;
struct mqtt5__property;  // NOLINT(bugprone-reserved-identifier): the library's name

namespace dino::mqtt {

// What a broker announces when it accepts or refuses a connection.
struct ConnAck {
  std::uint8_t reason_code = 0;
  // How many publications the broker takes without having acknowledged them.
  std::uint16_t receive_maximum = 65535;
};

// The MQTT v5 properties of a PUBLISH, in the library's form. Built once and used for many
// publications.
class PublishProperties {
 public:
  // `expiry`: the message expiry interval, at least a second.
  PublishProperties(const PublishOptions& options, std::chrono::seconds expiry);
  PublishProperties(const PublishProperties&) = delete;
  PublishProperties& operator=(const PublishProperties&) = delete;
  ~PublishProperties();

  std::chrono::seconds expiry() const { return expiry_; }
  // Bytes on the wire, without the length in front of them.
  std::size_t wire_size() const { return wire_size_; }
  const mqtt5__property* get() const { return list_; }

 private:
  const std::chrono::seconds expiry_;
  const std::size_t wire_size_;
  mqtt5__property* list_ = nullptr;
};

// One attempt at an MQTT v5 connection and, if it succeeds, the connection: libmosquitto's
// handle, which this class alone touches. It is thrown away when the connection is lost,
// because the library's own queue and re-sending know neither bounds nor our order.
//
// Events arrive at the listener while one of `Read`, `Write`, `Publish` and `KeepAlive` runs;
// it must not destroy the connection from there. Not thread-safe.
class Connection {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnConnAck(const ConnAck& connack) = 0;
    // The broker answered (QoS 1) or the packet is in the socket (QoS 0, code 0).
    virtual void OnPubAck(int packet_id, std::uint8_t reason_code) = 0;
    // The broker ended the connection by a DISCONNECT with this code.
    virtual void OnServerDisconnect(std::uint8_t reason_code) = 0;
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

  explicit Connection(Listener& listener) : listener_(listener) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Starts connecting, without waiting for anything.
  absl::Status Open(const Target& target);

  // The socket, -1 when there is none (any more).
  int fd() const;
  // True if the socket should be watched for room to write.
  bool WantsWrite() const;

  // Reads what has come, writes what waits, sends a ping when it is time. An error means that
  // the connection is lost.
  absl::Status Read();
  absl::Status Write();
  absl::Status KeepAlive();

  // Holds back (true) or lets go (false) what is written, so that a burst of small packets
  // leaves in few segments.
  void Cork(bool on);

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

  absl::Status SetCredentials(const Credentials& credentials);
  // Goes on with the TLS handshake, which both reads and writes.
  absl::Status Handshake();
  // Looks at what came of a step of it that the library calls a success; `errno` is the step's.
  absl::Status CheckHandshake(int result);
  // The library's `result`, and `errno`, as a status.
  absl::Status Check(int result, const char* what);
  // What TLS knows of a failure, empty if nothing.
  std::string TlsReason(int result, int error) const;

  Listener& listener_;
  mosquitto* handle_ = nullptr;
  // The largest packet that the broker takes; 0 for any.
  std::uint32_t maximum_packet_size_ = 0;
  bool uses_tls_ = false;
  bool in_handshake_ = false;
  // CONNACK has come.
  bool answered_ = false;
  // OpenSSL's first error, as the library tells it, up to CONNACK.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_CONNECTION_H_
