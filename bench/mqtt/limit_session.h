#ifndef DINO_BENCH_MQTT_LIMIT_SESSION_H_
#define DINO_BENCH_MQTT_LIMIT_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "bench/mqtt/packets.h"

namespace dino::bench {

// What the sessions publish, and where.
struct LimitLoad {
  int port = 1883;
  int sessions = 8;
  int window = 64;
  // A window is filled when it has room for this many.
  int burst = 1;
  int users = 8000;
  int payload_bytes = 300;
};

// One connection that keeps its in-flight window full of copies of one packet: the least possible
// work for a publisher, so that the broker is the limit.
//
// A lost connection or a refused publication is an error, which ends the run. Belongs to one
// thread; not thread-safe.
class LimitSession {
 public:
  // `index` of `load.sessions` decides which users are this session's.
  LimitSession(const LimitLoad& load, int index);
  LimitSession(const LimitSession&) = delete;
  LimitSession& operator=(const LimitSession&) = delete;
  ~LimitSession();

  // Connects to the broker on the loopback interface, and sends CONNECT.
  absl::Status Connect();

  int fd() const { return fd_; }
  bool awaits_room() const { return !unsent_.empty(); }

  // Reads from the socket. Returns how many publications that acknowledged.
  absl::StatusOr<int> Read();

  // Fills the window, once the broker has accepted the session, and writes what the socket accepts.
  absl::Status Write();

 private:
  absl::Status Take(const Frame& frame, int& acknowledged);
  void Fill();

  const LimitLoad& load_;
  const int index_;
  const PublishTemplate packet_;
  int fd_ = -1;
  bool connected_ = false;
  int in_flight_ = 0;
  std::uint64_t published_ = 0;
  std::string buffer_;
  // How much of buffer_ is the start of a packet.
  std::size_t rest_ = 0;
  std::string unsent_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_LIMIT_SESSION_H_
