#include "server/net/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "server/base/host_port.h"

namespace dino::net {
namespace {

constexpr std::size_t kNetworkBytes = 8;
constexpr std::size_t kIpv4Offset = 12;

std::string BytesOf(const in_addr& address) {
  return {reinterpret_cast<const char*>(&address), sizeof(address)};
}

std::string TextOf(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string NetworkOf(const in6_addr& address) {
  const auto* const bytes = reinterpret_cast<const char*>(&address);
  if (IN6_IS_ADDR_V4MAPPED(&address)) return {bytes + kIpv4Offset, sizeof(in_addr)};
  return {bytes, kNetworkBytes};
}

}  // namespace

std::string NetworkOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    return BytesOf(ipv4.sin_addr);
  }
  if (address.ss_family != AF_INET6) return "";
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &address, sizeof(ipv6));
  return NetworkOf(ipv6.sin6_addr);
}

sockaddr_storage PeerOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

std::string AddressText(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    return HostPort{TextOf(AF_INET, &ipv4.sin_addr), ntohs(ipv4.sin_port)}.ToString();
  }
  if (address.ss_family != AF_INET6) return "";
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &address, sizeof(ipv6));
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr);
  const std::string host = mapped ? TextOf(AF_INET, ipv6.sin6_addr.s6_addr + kIpv4Offset)
                                  : TextOf(AF_INET6, &ipv6.sin6_addr);
  return HostPort{host, ntohs(ipv6.sin6_port)}.ToString();
}

std::string NetworkOfAddress(std::string_view address) {
  const std::string text(address);
  in_addr ipv4{};
  if (inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return BytesOf(ipv4);
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, text.c_str(), &ipv6) == 1) return NetworkOf(ipv6);
  return "";
}

}  // namespace dino::net
