#ifndef DINO_SERVER_NET_NETWORK_H_
#define DINO_SERVER_NET_NETWORK_H_

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace dino::net {

// By what peers are told apart that have no name: the four bytes of an IPv4 address, or the first
// eight of an IPv6 address, since one customer usually has all addresses behind them. An IPv4
// address is one in either form.
//
// Empty for an address that is neither.
std::string NetworkOf(const sockaddr_storage& address);
// Of an address as text, such as `192.0.2.1` or `2001:db8::1`.
std::string NetworkOfAddress(std::string_view address);

// The peer of a connected socket; of no family if there is none.
sockaddr_storage PeerOf(int socket);

// An address and its port, as people write them: `192.0.2.1:443`, `[2001:db8::1]:443`. Empty for
// one that is neither.
std::string AddressText(const sockaddr_storage& address);

}  // namespace dino::net

#endif  // DINO_SERVER_NET_NETWORK_H_
