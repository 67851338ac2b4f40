#include "tests/simulator/net/memory_poller.h"

#include <sys/epoll.h>

#include <algorithm>
#include <vector>

namespace dino::simulator {

std::uint32_t MemoryPoller::Watched::Events() const {
  std::uint32_t events = 0;
  if (wire->readable(End::kClient)) events |= EPOLLIN;
  if (wants_room && wire->writable(End::kClient)) events |= EPOLLOUT;
  return events;
}

void MemoryPoller::Watch(const std::shared_ptr<Wire>& wire, mqtt::SocketHandler& handler,
                         bool wants_room) {
  for (auto& [number, watched] : watched_) {
    if (watched.wire != wire) continue;
    watched.handler = &handler;
    watched.wants_room = wants_room;
    return;
  }
  watched_.emplace(next_++, Watched{wire, &handler, wants_room});
  wire->OnChange(End::kClient, on_change_);
}

void MemoryPoller::Forget(const Wire& wire) {
  for (auto it = watched_.begin(); it != watched_.end(); ++it) {
    if (it->second.wire.get() != &wire) continue;
    watched_.erase(it);
    return;
  }
}

bool MemoryPoller::ready() const {
  return std::any_of(watched_.begin(), watched_.end(),
                     [](const auto& entry) { return entry.second.Events() != 0; });
}

void MemoryPoller::Wait(Clock::time_point /*until*/) {
  woken_ = false;
  std::vector<std::uint64_t> ready;
  for (const auto& [number, watched] : watched_) {
    if (watched.Events() != 0) ready.push_back(number);
  }
  random_.Shuffle(ready);
  for (const std::uint64_t number : ready) {
    // A handler may end another connection.
    const auto it = watched_.find(number);
    if (it == watched_.end()) continue;
    const std::uint32_t events = it->second.Events();
    if (events != 0) it->second.handler->OnSocket(events);
  }
}

void MemoryPoller::Wake() {
  woken_ = true;
  on_change_();
}

}  // namespace dino::simulator
