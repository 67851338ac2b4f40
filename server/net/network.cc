#include "server/net/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <optional>

#include "server/base/host_port.h"
#include "server/base/ip_address.h"

namespace dino::net {
namespace {

constexpr std::size_t kNetworkBytes = 8;

std::string NetworkOf(const std::optional<IpAddress>& address) {
  if (!address.has_value()) return "";
  const auto* const bytes = reinterpret_cast<const char*>(address->data());
  if (IsIpv4(*address)) return {bytes + kIpv4Offset, address->size() - kIpv4Offset};
  return {bytes, kNetworkBytes};
}

}  // namespace

std::string NetworkOf(const sockaddr_storage& address) { return NetworkOf(IpAddressOf(address)); }

sockaddr_storage PeerOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

std::string AddressText(const sockaddr_storage& address) {
  const std::optional<IpAddress> ip = IpAddressOf(address);
  if (!ip.has_value()) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IsIpv4(*ip)) {
    inet_ntop(AF_INET, ip->data() + kIpv4Offset, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, ip->data(), text.data(), text.size());
  }
  // Both kinds of addresses have the port at the same offset.
  const auto* const port = reinterpret_cast<const sockaddr_in*>(&address);
  return HostPort{text.data(), ntohs(port->sin_port)}.ToString();
}

std::string NetworkOfAddress(std::string_view address) {
  return NetworkOf(ParseIpAddress(address));
}

}  // namespace dino::net
