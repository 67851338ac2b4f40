#ifndef DINO_SERVER_MQTT_POLLER_H_
#define DINO_SERVER_MQTT_POLLER_H_

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Watches sockets by epoll. All but `Wake` belongs to one thread.
class Poller {
 public:
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  // Watches `fd` for `events` (EPOLLIN, EPOLLOUT); `tag` comes back with each event. False if
  // the system refuses.
  bool Add(int fd, std::uint32_t events, void* tag);
  void Modify(int fd, std::uint32_t events, void* tag);
  // A closed socket is forgotten by itself; removing it again does no harm.
  void Remove(int fd);

  // Waits until something happens, `Wake` is called or `until` has passed, and calls
  // `handle(tag, events)` for each event.
  template <typename Handle>
  void Wait(Clock::time_point until, Handle handle) {
    const int count = Wait(until);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events_.at(static_cast<std::size_t>(i));
      if (event.data.ptr == nullptr) {
        ClearWake();
      } else {
        handle(event.data.ptr, event.events);
      }
    }
  }

  // Makes `Wait` return, now or the next time. Thread-safe.
  void Wake();

 private:
  int Wait(Clock::time_point until);
  void ClearWake();

  const int epoll_;
  const int wake_;
  std::array<epoll_event, 64> events_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_POLLER_H_
