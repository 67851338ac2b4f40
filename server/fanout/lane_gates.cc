#include "server/fanout/lane_gates.h"

#include <algorithm>

namespace dino::fanout {

bool LaneGates::Open(const Call& call) {
  const auto gate = gates_.find(call->lane);
  if (gate == gates_.end() || gate->second.closer != call) return false;
  gate->second.closer.reset();
  return true;
}

void LaneGates::Reopen(const Call& call) {
  const auto gate = gates_.find(call->lane);
  gate->second.closer.reset();
  // Whoever has entered sees to the rest.
  if (!gate->second.entered) gates_.erase(gate);
}

void LaneGates::Remove(const Call& call) {
  auto& held = gates_.at(call->lane).held;
  held.erase(std::find(held.begin(), held.end(), call));
}

bool LaneGates::Enter(std::uint64_t lane) {
  const auto gate = gates_.find(lane);
  if (gate == gates_.end() || gate->second.entered) return false;
  gate->second.entered = true;
  return true;
}

LaneGates::Call LaneGates::Next(std::uint64_t lane) {
  const auto found = gates_.find(lane);
  Gate& gate = found->second;
  if (gate.closer != nullptr) {
    gate.entered = false;
    return nullptr;
  }
  if (gate.held.empty()) {
    gates_.erase(found);
    return nullptr;
  }
  Call next = gate.held.front();
  gate.held.pop_front();
  return next;
}

}  // namespace dino::fanout
