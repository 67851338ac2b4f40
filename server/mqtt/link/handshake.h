#ifndef DINO_SERVER_MQTT_LINK_HANDSHAKE_H_
#define DINO_SERVER_MQTT_LINK_HANDSHAKE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/mqtt/link/broker_access.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/epoll_poller.h"

struct mosquitto;

namespace dino::mqtt {

// Opens a connection: socket, TLS handshake, CONNECT. That is libmosquitto's, whose handle this
// class alone touches. The library reads no byte of MQTT: what a broker says goes to the `Channel`
// that comes of it, for which the library only keeps the socket open. Not thread-safe.
class Handshake {
 public:
  struct Target {
    // Numeric: a name would be looked up, and that blocks.
    std::string address;
    std::uint16_t port = 0;
    std::string client_id;
    std::chrono::seconds keep_alive{0};
    Credentials credentials;
  };

  // The handler is told of events at the socket, and passes them to `OnSocket`.
  Handshake(EpollPoller& poller, SocketHandler& handler) : poller_(poller), handler_(handler) {}
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake();

  // Starts connecting, without waiting for anything.
  absl::Status Open(const Target& target);

  // Goes on with what the socket is ready for. An error means that the attempt has failed.
  absl::Status OnSocket(std::uint32_t events);

  // Watches the socket for what the handshake waits for. To be called after the function above.
  void Watch();

  // Whether CONNECT was written.
  bool done() const;
  // The connection, which is nobody's yet. REQUIRES: done(), and nothing is called afterwards.
  std::unique_ptr<Channel> TakeChannel();

 private:
  static void OnLog(mosquitto* handle, void* self, int level, const char* text);

  // The socket, -1 when there is none (any more).
  int fd() const;
  std::uint32_t WantedEvents() const;
  absl::Status SetCredentials(const Credentials& credentials);
  // Goes on with the TLS handshake, which both reads and writes.
  absl::Status ShakeTls();
  // Looks at what came of a step of it that the library calls a success; `errno` is the step's.
  absl::Status CheckTls(int result);
  absl::Status WriteConnect();
  // Whether the broker has refused us by a TLS alert, now that the handshake is done.
  absl::Status CheckAlert();
  // The library's `result`, and `errno`, as a status.
  absl::Status Check(int result, const char* what);
  // What TLS knows of a failure, empty if nothing.
  std::string TlsReason(int result, int error) const;

  EpollPoller& poller_;
  SocketHandler& handler_;
  std::shared_ptr<mosquitto> handle_;
  std::chrono::seconds keep_alive_{0};
  std::uint32_t watched_events_ = 0;
  bool uses_tls_ = false;
  bool in_tls_handshake_ = false;
  // OpenSSL's first error, as the library tells it.
  std::string tls_error_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_HANDSHAKE_H_
