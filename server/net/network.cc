#include "server/net/network.h"

#include <sys/socket.h>

#include <cstddef>
#include <optional>

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

std::string NetworkOfAddress(std::string_view address) {
  return NetworkOf(ParseIpAddress(address));
}

}  // namespace dino::net
