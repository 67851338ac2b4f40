#ifndef DINO_SERVER_APP_HOST_PORT_H_
#define DINO_SERVER_APP_HOST_PORT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace dino::app {

// Where something listens.
struct HostPort {
  // A name or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 0;

  // As people write it: IPv6 in brackets.
  std::string ToString() const;

  // True if only this machine can reach it: 127.0.0.0/8, ::1 or localhost.
  bool IsLoopback() const;

  friend bool operator==(const HostPort& a, const HostPort& b) {
    return a.host == b.host && a.port == b.port;
  }
};

// Reads `host:port` or `[IPv6]:port`; the port is `min_port` to 65535. Returns what is
// wrong with it, empty if nothing is. Does not repeat `text`, which may hold a password
// if somebody took the place for a URL's.
std::string ParseHostPort(std::string_view text, std::uint16_t min_port, HostPort& host_port);

}  // namespace dino::app

#endif  // DINO_SERVER_APP_HOST_PORT_H_
