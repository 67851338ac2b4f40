#ifndef DINO_SERVER_GRPC_PEER_H_
#define DINO_SERVER_GRPC_PEER_H_

#include <string>
#include <string_view>

namespace dino::transport {

// Whose limits a peer's calls count to: the bytes of its IPv4 address, or the first eight of its
// IPv6 address, since one customer usually has all addresses behind them. Empty for any other peer.
// `peer` is as the library writes it, such as `ipv4:192.0.2.1:443`.
std::string NetworkOf(std::string_view peer);

// A peer's IP address: `192.0.2.1`, `2001:db8::1`. Empty for any other peer.
std::string HostOf(std::string_view peer);

// The last address in the value of a header `x-forwarded-for`, that of whoever called the last of
// the proxies that have written it: without a port. Empty if there is none.
std::string LastForwardedAddress(std::string_view value);

// A peer as the library writes it (`ipv6:%5B::1%5D:50000`), as people do: `[::1]:50000`.
std::string AddressOf(std::string_view peer);

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_PEER_H_
