#ifndef DINO_SERVER_NET_LISTENER_H_
#define DINO_SERVER_NET_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/net/given_sockets.h"

namespace dino::net {

// How many connections a `Listener` gives away.
struct ListenerLimits {
  // That are open at a time.
  std::size_t max_connections;
  // The last file descriptors that the process may open are not given away, so that callers
  // cannot take those that it needs for itself.
  std::size_t reserve;
};

// Takes connections at an address and gives them away, on a thread of its own.
//
// Goes on whatever accepting a connection fails with. A connection beyond the limits is reset at
// once, and the log says so. If there is no file descriptor at all, connections wait in the
// system's queue. Not thread-safe.
class Listener {
 public:
  // Takes over a connected socket: non-blocking, close-on-exec, without delay of small packets.
  using AcceptFunction = std::function<void(int fd)>;

  explicit Listener(const ListenerLimits& limits);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // Stops, if that has not been done.
  ~Listener();

  // Listens at `host:port`; port 0 picks a free one. An IPv6 host stands in brackets, `[::]` is
  // every address of IPv4 and IPv6. Connections wait until `Start`. Returns the port; fails if the
  // address cannot be had.
  absl::StatusOr<std::uint16_t> Open(const HostPort& address);

  // Begins to give connections away, one after the other.
  //
  // REQUIRES: `Open` succeeded.
  void Start(AcceptFunction on_accept);

  // Listens no more; no connection is given away any more when it returns.
  void Stop();

 private:
  enum class Next { kWait, kPause };

  void Run();
  // Takes the connections that are there.
  Next AcceptAll();
  void Take(int fd);
  void Refuse(int fd, std::string_view reason);
  void Complain(std::string_view reason);

  const ListenerLimits limits_;
  const int wake_;
  int listener_ = -1;
  AcceptFunction on_accept_;
  // The thread's only.
  GivenSockets given_;
  // What was complained of since the log heard of it last.
  std::size_t complaints_ = 0;
  Clock::time_point next_complaint_;
  std::thread thread_;
};

// Lets `listener` open an address. Returns the address with its real port; the error names it.
absl::StatusOr<std::string> OpenAddress(Listener& listener, const HostPort& address);

}  // namespace dino::net

#endif  // DINO_SERVER_NET_LISTENER_H_
