#include "server/grpc/connections.h"

#include <sys/socket.h>

#include <utility>

#include "server/grpc/peer.h"
#include "server/net/network.h"

namespace dino::transport {

void Connections::Accepted(int socket) {
  std::string peer = net::AddressText(net::PeerOf(socket));
  const Clock::time_point now = Clock::now();
  const MutexLock lock(mutex_);
  Forget(socket);
  if (peer.empty()) return;
  sockets_[peer] = socket;
  connections_[socket] = {std::move(peer), now};
}

void Connections::Forget(int socket) {
  const auto connection = connections_.find(socket);
  if (connection == connections_.end()) return;
  const auto newest = sockets_.find(connection->second.peer);
  if (newest != sockets_.end() && newest->second == socket) sockets_.erase(newest);
  connections_.erase(connection);
}

std::optional<Clock::time_point> Connections::AcceptedAt(const std::string& peer) const {
  const MutexLock lock(mutex_);
  const auto socket = sockets_.find(AddressOf(peer));
  if (socket == sockets_.end()) return std::nullopt;
  const auto connection = connections_.find(socket->second);
  if (connection == connections_.end()) return std::nullopt;
  return connection->second.accepted_at;
}

void Connections::NoteKnown(const std::string& peer) {
  const std::string address = AddressOf(peer);
  const MutexLock lock(mutex_);
  const auto socket = sockets_.find(address);
  if (socket == sockets_.end()) return;
  const auto connection = connections_.find(socket->second);
  if (connection != connections_.end()) connection->second.known = true;
}

bool Connections::IsKnown(int socket) const {
  const MutexLock lock(mutex_);
  const auto connection = connections_.find(socket);
  return connection != connections_.end() && connection->second.known;
}

}  // namespace dino::transport
