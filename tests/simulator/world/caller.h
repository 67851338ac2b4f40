#ifndef DINO_TESTS_SIMULATOR_WORLD_CALLER_H_
#define DINO_TESTS_SIMULATOR_WORLD_CALLER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/ledger/ledger.h"
#include "tests/simulator/plan/plan.h"
#include "tests/simulator/world/replica.h"

namespace dino::simulator {

// Who makes one call after the other, each at any replica, as a program does that waits for its
// answers.
class Caller {
 public:
  // What callers need; all outlive them.
  struct World {
    Timeline& timeline;
    Trace& trace;
    Ledger& ledger;
    std::vector<std::unique_ptr<Replica>>& replicas;
  };

  // `number` tells callers apart. `on_end` is called after the last answer.
  Caller(const World& world, int number, const CallerPlan& plan, std::function<void()> on_end)
      : world_(world), number_(number), plan_(plan), on_end_(std::move(on_end)) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void Start() { WaitForNext(); }

 private:
  // One event of the call in progress.
  struct Item {
    int event = 0;
    std::uint64_t lane = 0;
    const EventPlan* plan = nullptr;
    // Made again so often.
    int repeats = 0;
    // Of those that were made.
    int open = 0;
    bool ok = false;
    bool keyed = false;
    // What the last answer gave.
    std::string token;
  };
  using ItemPtr = std::shared_ptr<Item>;

  const CallPlan& call() const { return plan_.calls[next_]; }
  void WaitForNext();
  void Begin();
  void PublishEvents(std::size_t first);
  void Publish(const ItemPtr& item);
  void Publish(const ItemPtr& item, int number, std::uint64_t lane);
  void Answered(Item& item, int made, const fanout::CallResult& answer, bool heard);
  void Ended(const ItemPtr& item);
  void ItemEnded();
  fanout::Event MakeEvent(const Item& item) const;

  const World world_;
  const int number_;
  const CallerPlan& plan_;
  const std::function<void()> on_end_;
  std::size_t next_ = 0;
  std::vector<ItemPtr> items_;
  std::size_t open_items_ = 0;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_WORLD_CALLER_H_
