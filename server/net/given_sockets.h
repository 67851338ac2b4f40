#ifndef DINO_SERVER_NET_GIVEN_SOCKETS_H_
#define DINO_SERVER_NET_GIVEN_SOCKETS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "server/base/clock.h"

namespace dino::net {

// Counts sockets handed over to an owner who does not report closing them. Not thread-safe.
class GivenSockets {
 public:
  // How long a count is reused, because counting visits every socket.
  static constexpr std::chrono::milliseconds kCountInterval{50};

  // Call before handing the socket over.
  void Add(int fd);

  // True if `count` of them or more are open. May count sockets that were closed less than
  // `kCountInterval` ago.
  bool HasOpen(std::size_t count, Clock::time_point now);

 private:
  void ForgetClosed();

  // By descriptor, the socket's cookie, which the system never reuses.
  std::unordered_map<int, std::uint64_t> sockets_;
  Clock::time_point next_count_;
};

}  // namespace dino::net

#endif  // DINO_SERVER_NET_GIVEN_SOCKETS_H_
