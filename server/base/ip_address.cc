#include "server/base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace dino {
namespace {

IpAddress Of(const in_addr& ipv4) {
  IpAddress bytes{};
  bytes[10] = bytes[11] = 0xFF;
  std::memcpy(&bytes[kIpv4Offset], &ipv4, sizeof(ipv4));
  return bytes;
}

IpAddress Of(const in6_addr& ipv6) {
  IpAddress bytes{};
  std::memcpy(bytes.data(), &ipv6, sizeof(ipv6));
  return bytes;
}

}  // namespace

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  // inet_pton stops at a NUL.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string address(text);
  in_addr ipv4{};
  if (inet_pton(AF_INET, address.c_str(), &ipv4) == 1) return Of(ipv4);
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, address.c_str(), &ipv6) == 1) return Of(ipv6);
  return std::nullopt;
}

std::optional<IpAddress> IpAddressOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    return Of(ipv4.sin_addr);
  }
  if (address.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &address, sizeof(ipv6));
  return Of(ipv6.sin6_addr);
}

bool IsIpv4(const IpAddress& address) {
  in6_addr ipv6{};
  std::memcpy(&ipv6, address.data(), sizeof(ipv6));
  return IN6_IS_ADDR_V4MAPPED(&ipv6);
}

}  // namespace dino
