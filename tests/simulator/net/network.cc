#include "tests/simulator/net/network.h"

#include <algorithm>

namespace dino::simulator {

std::string Network::EndpointOf(const HostPort& broker, const std::string& address) {
  const auto name = names_.find(broker.host);
  if (!address.empty()) return HostPort{address, broker.port}.ToString();
  return (name == names_.end() ? broker : HostPort{name->second.front(), broker.port}).ToString();
}

std::shared_ptr<Wire> Network::Connect(int replica, const std::string& endpoint) {
  const Path path{replica, endpoint};
  auto wire = std::make_shared<Wire>(timeline_, Random(random_.Next(), ++count_), manner_);
  wires_[path].push_back(wire);
  const auto cut = cuts_.find(path);
  if (cut != cuts_.end()) {
    wire->CutAfter(cut->second.first, cut->second.second);
    cuts_.erase(cut);
  }
  timeline_.After(2 * manner_.latency, [this, wire, path] {
    const auto host = hosts_.find(path.second);
    const Door door = host == hosts_.end() ? Door::kShut : host->second.door();
    if (door == Door::kAbsent || separated_[path]) return;
    if (door == Door::kShut) return wire->Refuse();
    // Who has given up meanwhile is told to the broker by the end of the connection.
    host->second.accept(path.first, wire);
    wire->Establish();
  });
  return wire;
}

void Network::Separate(int replica, const std::string& endpoint) {
  separated_[{replica, endpoint}] = true;
  for (const auto& wire : Wires(replica, endpoint)) {
    wire->Swallow(End::kClient);
    wire->Swallow(End::kBroker);
  }
}

void Network::Join(int replica, const std::string& endpoint) {
  separated_[{replica, endpoint}] = false;
  for (const auto& wire : Wires(replica, endpoint)) {
    if (wire->swallows()) wire->Cut();
  }
}

void Network::DoNotCut(int replica, const std::string& endpoint) {
  cuts_.erase({replica, endpoint});
  for (const auto& wire : Wires(replica, endpoint)) wire->DoNotCut();
}

std::vector<std::shared_ptr<Wire>> Network::Wires(int replica, const std::string& endpoint) {
  std::vector<std::weak_ptr<Wire>>& known = wires_[{replica, endpoint}];
  std::vector<std::shared_ptr<Wire>> wires;
  for (const auto& weak : known) {
    auto wire = weak.lock();
    if (wire != nullptr && !wire->closed(End::kClient)) wires.push_back(std::move(wire));
  }
  known.assign(wires.begin(), wires.end());
  return wires;
}

}  // namespace dino::simulator
