#include "tests/simulator/world/loop_driver.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "tests/simulator/ledger/bridge_tap.h"

namespace dino::simulator {
namespace {

// More than any load of a simulation needs.
constexpr int kMostTurns = 5000;
constexpr std::chrono::milliseconds kCountedTime{100};

}  // namespace

mqtt::Link LoopDriver::MakeLink(Network& network, int replica) {
  auto poller = std::make_unique<MemoryPoller>(Random(random_.Next()), [this] { OnChange(); });
  poller_ = poller.get();
  const auto make_tap = [this, replica](const std::string& endpoint, Wire& wire) {
    const int number = ledger_.ConnectionOpened(replica, endpoint);
    wire.set_number(number);
    return std::make_unique<BridgeTap>(ledger_, number);
  };
  const auto make_connector = [this, &network, replica, make_tap](
                                  const mqtt::ConnectOptions& options,
                                  const mqtt::Connector::ResolveFunction& /*resolve*/,
                                  mqtt::Connector::DoneFunction done) {
    return std::make_unique<MemoryConnector>(network, *poller_, replica, make_tap, options,
                                             std::move(done));
  };
  return {std::move(poller), make_connector};
}

void LoopDriver::Drive(mqtt::Loop& loop) {
  loop_ = &loop;
  TurnBy(timeline_.now());
}

void LoopDriver::OnChange() {
  if (loop_ == nullptr || turning_) return;
  if (poller_->woken() || poller_->ready()) TurnBy(timeline_.now());
}

void LoopDriver::TurnBy(Time when) {
  if (when == Time::max()) return;
  when = std::max(when + random_.Within(Duration(0), delay_), stalled_until_);
  if (next_.has_value() && *next_ <= when) return;
  next_ = when;
  timeline_.At(when, [this, plan = ++plan_] {
    if (plan == plan_ && loop_ != nullptr) Turn();
  });
}

void LoopDriver::Turn() {
  next_.reset();
  if (timeline_.now() < stalled_until_) return TurnBy(stalled_until_);
  CountTurn();
  turning_ = true;
  loop_->Turn();
  turning_ = false;
  if (loop_ == nullptr) return;
  const bool more = poller_->woken() || poller_->ready();
  TurnBy(more ? timeline_.now() : loop_->next_turn());
}

void LoopDriver::CountTurn() {
  if (timeline_.now() > counted_since_ + kCountedTime) {
    counted_since_ = timeline_.now();
    turns_ = 0;
  }
  if (++turns_ > kMostTurns) ledger_.Violated(Invariant::kNoSpinning, "a loop does not rest");
}

}  // namespace dino::simulator
