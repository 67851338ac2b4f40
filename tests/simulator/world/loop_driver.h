#ifndef DINO_TESTS_SIMULATOR_WORLD_LOOP_DRIVER_H_
#define DINO_TESTS_SIMULATOR_WORLD_LOOP_DRIVER_H_

#include <cstdint>
#include <optional>

#include "server/mqtt/session/loop.h"
#include "tests/simulator/base/random.h"
#include "tests/simulator/base/timeline.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/net/memory_connector.h"
#include "tests/simulator/net/memory_poller.h"
#include "tests/simulator/net/network.h"

namespace dino::simulator {

// Turns a loop in the place of its thread: a little after something has happened, or its time has
// come.
class LoopDriver {
 public:
  // `delay`: how late a turn may be.
  LoopDriver(Timeline& timeline, Ledger& ledger, Random random, Duration delay)
      : timeline_(timeline), ledger_(ledger), random_(random), delay_(delay) {}
  LoopDriver(const LoopDriver&) = delete;
  LoopDriver& operator=(const LoopDriver&) = delete;

  // What the loop reaches the world by. Called once.
  mqtt::Link MakeLink(Network& network, int replica);

  // The loop, which outlives the driver's turns, up to `Stop`.
  void Drive(mqtt::Loop& loop);
  void Stop() { loop_ = nullptr; }

  // It takes no turn for so long.
  void Stall(Duration duration) { stalled_until_ = timeline_.now() + duration; }

 private:
  void OnChange();
  void TurnBy(Time when);
  void Turn();
  void CountTurn();

  Timeline& timeline_;
  Ledger& ledger_;
  Random random_;
  const Duration delay_;
  MemoryPoller* poller_ = nullptr;
  mqtt::Loop* loop_ = nullptr;
  bool turning_ = false;
  // When the next turn is to be; what was planned for later is void.
  std::optional<Time> next_;
  std::uint64_t plan_ = 0;
  Time stalled_until_{};
  // Turns within the last tenth of a second.
  Time counted_since_{};
  int turns_ = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_LOOP_DRIVER_H_
