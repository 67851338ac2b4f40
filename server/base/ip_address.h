#ifndef DINO_SERVER_BASE_IP_ADDRESS_H_
#define DINO_SERVER_BASE_IP_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string_view>

namespace dino {

// The bytes of an IPv6 address; of an IPv4 address those of its IPv6 form, `::ffff:192.0.2.1`.
using IpAddress = std::array<unsigned char, 16>;

// Reads `192.0.2.1` or `2001:db8::1`; none if `text` is anything else.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

// The address of a socket; none if it has no IP address.
std::optional<IpAddress> IpAddressOf(const sockaddr_storage& address);

// Where the bytes of an IPv4 address stand.
inline constexpr int kIpv4Offset = 12;
bool IsIpv4(const IpAddress& address);

}  // namespace dino

#endif  // DINO_SERVER_BASE_IP_ADDRESS_H_
