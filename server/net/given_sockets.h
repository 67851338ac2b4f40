#ifndef DINO_SERVER_NET_GIVEN_SOCKETS_H_
#define DINO_SERVER_NET_GIVEN_SOCKETS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "server/base/clock.h"

namespace dino::net {

// Counts sockets that were given away to somebody who does not tell when they are closed. Not
// thread-safe.
class GivenSockets {
 public:
  // How old a count may be, since counting looks at every socket.
  static constexpr std::chrono::milliseconds kCountInterval{50};

  // To be called before it is given away.
  void Add(int fd);

  // Whether `count` of them or more are open. May hold sockets open that were closed less than
  // `kCountInterval` ago.
  bool HasOpen(std::size_t count, Clock::time_point now);

 private:
  void ForgetClosed();

  // By descriptor, the system's number for the socket, which no other one will have.
  std::unordered_map<int, std::uint64_t> sockets_;
  Clock::time_point next_count_;
};

}  // namespace dino::net

#endif  // DINO_SERVER_NET_GIVEN_SOCKETS_H_
