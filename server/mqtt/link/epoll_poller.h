#ifndef DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_
#define DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>

#include "server/mqtt/link/poller.h"

namespace dino::mqtt {

// Watches sockets by epoll. All but `Wake` belongs to one thread.
class EpollPoller : public Poller {
 public:
  EpollPoller();
  ~EpollPoller() override;

  // Watches `fd` for `events` (EPOLLIN, EPOLLOUT). False if the system refuses.
  bool Add(int fd, std::uint32_t events, SocketHandler& handler);
  void Modify(int fd, std::uint32_t events, SocketHandler& handler);
  // A closed socket is forgotten by itself; removing it again does no harm.
  void Remove(int fd);

  void Wait(Clock::time_point until) override;
  void Wake() override;

 private:
  void ClearWake();

  const int epoll_;
  const int wake_;
  std::array<epoll_event, 64> events_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_
