#ifndef DINO_SERVER_MQTT_LINK_POLLER_H_
#define DINO_SERVER_MQTT_LINK_POLLER_H_

#include <cstdint>

#include "server/base/clock.h"

namespace dino::mqtt {

// Who is told what happens at a socket, or at what stands for one. Must not be destroyed while the
// poller waits.
class SocketHandler {
 public:
  SocketHandler() = default;
  SocketHandler(const SocketHandler&) = delete;
  SocketHandler& operator=(const SocketHandler&) = delete;
  virtual ~SocketHandler() = default;

  // `events` are epoll's. May come once more for a socket that is not watched any more.
  virtual void OnSocket(std::uint32_t events) = 0;
};

// What a loop waits at. All but `Wake` belongs to one thread.
class Poller {
 public:
  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  virtual ~Poller() = default;

  // Waits until something happens, `Wake` is called or `until` has passed, and tells the handlers.
  virtual void Wait(Clock::time_point until) = 0;

  // Makes `Wait` return, now or the next time. Thread-safe.
  virtual void Wake() = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_POLLER_H_
