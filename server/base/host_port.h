#ifndef DINO_SERVER_BASE_HOST_PORT_H_
#define DINO_SERVER_BASE_HOST_PORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dino {

// Where something listens, or is to listen.
struct HostPort {
  // A name or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 0;

  // As people write it, "host:port": IPv6 in brackets.
  std::string ToString() const;

  // True if only this machine can reach it: 127.0.0.0/8, ::1 or localhost.
  bool IsLoopback() const;

  friend bool operator==(const HostPort& a, const HostPort& b) {
    return a.host == b.host && a.port == b.port;
  }
};

// True if a valid host is an IPv6 address.
bool IsIpv6(std::string_view host);

// What stands before and behind the last colon of `host:port`; none if there is no colon. Looks at
// neither.
std::optional<std::pair<std::string_view, std::string_view>> SplitHostPort(std::string_view text);

// Reads `host:port` or `[IPv6]:port`; the port is `min_port` to 65535. Returns what is
// wrong with it, empty if nothing is. Does not repeat `text`, which may hold a password
// if somebody took the place for a URL's.
std::string ParseHostPort(std::string_view text, std::uint16_t min_port, HostPort& host_port);

}  // namespace dino

#endif  // DINO_SERVER_BASE_HOST_PORT_H_
