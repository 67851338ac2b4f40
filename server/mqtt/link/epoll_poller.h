#ifndef DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_
#define DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <vector>

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
  // A closed socket is forgotten by itself, but for `TellAgain`; removing it again does no harm.
  void Remove(int fd);
  // Tells `handler` in the next `Wait`, which then waits for nothing, that `fd` has something to
  // read, whatever epoll knows of it.
  void TellAgain(int fd, SocketHandler& handler);

  void Wait(Clock::time_point until) override;
  void Wake() override;

 private:
  struct Told {
    int fd = -1;
    SocketHandler* handler = nullptr;
  };

  void ClearWake();

  const int epoll_;
  const int wake_;
  std::array<epoll_event, 64> events_;
  // Who is told again, and who is being told; kept to reuse its memory.
  std::vector<Told> again_;
  std::vector<Told> telling_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_EPOLL_POLLER_H_
