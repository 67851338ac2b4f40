#ifndef DINO_BENCH_MQTT_SINK_SERVER_H_
#define DINO_BENCH_MQTT_SINK_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "bench/mqtt/sink_protocol.h"

namespace dino::bench {

// Serves any number of connections on a loopback port, in one thread. Not thread-safe.
class SinkServer {
 public:
  explicit SinkServer(bool silent);
  SinkServer(const SinkServer&) = delete;
  SinkServer& operator=(const SinkServer&) = delete;
  ~SinkServer();

  // Opens the port, 0 for a free one, and returns it.
  absl::StatusOr<int> Listen(int port);

  // Serves until epoll fails.
  absl::Status Serve();

 private:
  struct Connection {
    explicit Connection(bool silent) : protocol(silent) {}

    SinkProtocol protocol;
    // What the socket has not accepted yet.
    std::string answers;
    bool awaits_room = false;
  };

  void Accept();
  void Serve(int fd, std::uint32_t events);
  // Both return false once the connection has closed.
  bool Read(int fd, Connection& connection);
  bool Write(int fd, Connection& connection);
  absl::Status Watch(int operation, int fd, std::uint32_t events) const;
  void Close(int fd);

  const bool silent_;
  const int epoll_;
  int listener_ = -1;
  std::string buffer_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_SINK_SERVER_H_
