#include "tests/simulator/broker/broker.h"

#include <algorithm>
#include <utility>

namespace dino::simulator {

Network::Host Broker::AsHost() {
  return {[this] { return manner_.door; },
          [this](int replica, std::shared_ptr<Wire> wire) { Accept(replica, std::move(wire)); }};
}

void Broker::Accept(int replica, std::shared_ptr<Wire> wire) {
  auto connection = std::make_shared<BrokerConnection>(*this, replica, std::move(wire));
  connections_.push_back(connection);
  connection->Start();
}

std::vector<std::shared_ptr<BrokerConnection>> Broker::Open() {
  connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                    [](const auto& connection) { return connection->ended(); }),
                     connections_.end());
  return connections_;
}

void Broker::Change(const std::function<void(BrokerManner&)>& change) {
  change(manner_);
  for (const auto& connection : Open()) connection->OnChange();
}

void Broker::End(Ending ending, std::uint8_t code, int replica) {
  for (const auto& connection : Open()) {
    if (replica == kAllReplicas || connection->replica() == replica) connection->End(ending, code);
  }
}

void Broker::PublishUnsolicited(int qos) {
  for (const auto& connection : Open()) connection->PublishUnsolicited(qos);
}

void Broker::TakeOver(const BrokerConnection& by) {
  constexpr std::uint8_t kSessionTakenOver = 0x8E;
  for (const auto& connection : Open()) {
    if (connection.get() == &by || connection->client_id() != by.client_id()) continue;
    connection->End(Ending::kDisconnect, kSessionTakenOver);
  }
}

}  // namespace dino::simulator
