#include "server/grpc/connections.h"

#include <sys/socket.h>

#include "server/grpc/peer.h"
#include "server/net/network.h"

namespace dino::transport {

void Connections::Accepted(int socket) {
  std::string peer = net::AddressText(net::PeerOf(socket));
  if (peer.empty()) return;
  const Clock::time_point now = Clock::now();
  const MutexLock lock(mutex_);
  accepted_at_[peer] = now;
  oldest_first_.emplace_back(std::move(peer), now);
  if (oldest_first_.size() <= max_known_) return;
  const auto& [oldest, at] = oldest_first_.front();
  const auto known = accepted_at_.find(oldest);
  if (known != accepted_at_.end() && known->second == at) accepted_at_.erase(known);
  oldest_first_.pop_front();
}

std::optional<Clock::time_point> Connections::AcceptedAt(const std::string& peer) const {
  const MutexLock lock(mutex_);
  const auto known = accepted_at_.find(AddressOf(peer));
  if (known == accepted_at_.end()) return std::nullopt;
  return known->second;
}

}  // namespace dino::transport
