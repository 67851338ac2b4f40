#ifndef DINO_SERVER_MQTT_LINK_POLLER_H_
#define DINO_SERVER_MQTT_LINK_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Who is told what happens at a socket. Must not be destroyed while the poller waits.
class SocketHandler {
 public:
  SocketHandler() = default;
  SocketHandler(const SocketHandler&) = delete;
  SocketHandler& operator=(const SocketHandler&) = delete;
  virtual ~SocketHandler() = default;

  // `events` are epoll's. May come once more for a socket that is not watched any more.
  virtual void OnSocket(std::uint32_t events) = 0;
};

// Watches sockets by epoll. All but `Wake` belongs to one thread.
class Poller {
 public:
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  // Watches `fd` for `events` (EPOLLIN, EPOLLOUT). False if the system refuses.
  bool Add(int fd, std::uint32_t events, SocketHandler& handler);
  void Modify(int fd, std::uint32_t events, SocketHandler& handler);
  // A closed socket is forgotten by itself; removing it again does no harm.
  void Remove(int fd);

  // Waits until something happens, `Wake` is called or `until` has passed, and tells the handlers.
  void Wait(Clock::time_point until);

  // Makes `Wait` return, now or the next time. Thread-safe.
  void Wake();

 private:
  void ClearWake();

  const int epoll_;
  const int wake_;
  std::array<epoll_event, 64> events_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_POLLER_H_
