#include "server/grpc/connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace dino::transport {
namespace {

std::string TextOf(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

// A peer's address as the library writes it; empty if it is not of the Internet.
std::string PeerOf(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return "";
  if (storage.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof(address));
    return absl::StrCat("ipv4:", TextOf(AF_INET, &address.sin_addr), ":", ntohs(address.sin_port));
  }
  if (storage.ss_family != AF_INET6) return "";
  sockaddr_in6 address{};
  std::memcpy(&address, &storage, sizeof(address));
  const unsigned port = ntohs(address.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
    return absl::StrCat("ipv4:", TextOf(AF_INET, address.sin6_addr.s6_addr + 12), ":", port);
  }
  return absl::StrCat("ipv6:%5B", TextOf(AF_INET6, &address.sin6_addr), "%5D:", port);
}

}  // namespace

void Connections::Accepted(int socket) {
  std::string peer = PeerOf(socket);
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
  const auto known = accepted_at_.find(peer);
  if (known == accepted_at_.end()) return std::nullopt;
  return known->second;
}

}  // namespace dino::transport
