#ifndef DINO_SERVER_BASE_HOST_PORT_H_
#define DINO_SERVER_BASE_HOST_PORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dino {

// An address to listen on or to connect to.
struct HostPort {
  // A name or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 0;

  // As "host:port", with an IPv6 address in brackets.
  std::string ToString() const;

  // True if only this machine can reach it: 127.0.0.0/8, ::1 or localhost.
  bool IsLoopback() const;

  friend bool operator==(const HostPort& a, const HostPort& b) {
    return a.host == b.host && a.port == b.port;
  }
};

// True if a valid host is an IPv6 address.
bool IsIpv6(std::string_view host);

// Splits `host:port` at the last colon; none if there is no colon. Checks neither part.
std::optional<std::pair<std::string_view, std::string_view>> SplitHostPort(std::string_view text);

// Parses `host:port` or `[IPv6]:port`, with a port from `min_port` to 65535. Returns an error
// message, empty if `text` is valid. Does not repeat `text`, which may be a URL with a password.
std::string ParseHostPort(std::string_view text, std::uint16_t min_port, HostPort& host_port);

}  // namespace dino

#endif  // DINO_SERVER_BASE_HOST_PORT_H_
