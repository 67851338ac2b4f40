#ifndef DINO_TESTS_SIMULATOR_NET_MEMORY_POLLER_H_
#define DINO_TESTS_SIMULATOR_NET_MEMORY_POLLER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "server/mqtt/link/poller.h"
#include "tests/simulator/base/random.h"
#include "tests/simulator/net/wire.h"

namespace dino::simulator {

// Watches the bridge's ends of connections. Never waits: whoever turns the loop asks `ready` and
// `woken` whether it has something to do.
class MemoryPoller : public mqtt::Poller {
 public:
  // `on_change` is called whenever the answer to those may have become true.
  MemoryPoller(Random random, std::function<void()> on_change)
      : random_(random), on_change_(std::move(on_change)) {}

  // Tells `handler`, and nobody else, when there is something to read and, if it `wants_room`, when
  // there is room.
  void Watch(const std::shared_ptr<Wire>& wire, mqtt::SocketHandler& handler, bool wants_room);
  void Forget(const Wire& wire);

  bool ready() const;
  bool woken() const { return woken_; }

  void Wait(Clock::time_point until) override;
  void Wake() override;

 private:
  struct Watched {
    std::shared_ptr<Wire> wire;
    mqtt::SocketHandler* handler = nullptr;
    bool wants_room = false;

    std::uint32_t Events() const;
  };

  Random random_;
  const std::function<void()> on_change_;
  // By the order in which they were watched first.
  std::map<std::uint64_t, Watched> watched_;
  std::uint64_t next_ = 0;
  bool woken_ = false;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_MEMORY_POLLER_H_
