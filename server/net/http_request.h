#ifndef DINO_SERVER_NET_HTTP_REQUEST_H_
#define DINO_SERVER_NET_HTTP_REQUEST_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace dino::net {

// Sends a whole HTTP/1.1 request, on a connection of its own, and returns the status line of the
// response, which may be cut off. An empty host is this machine.
//
// Fails if the server cannot be reached or has not answered within `timeout`; but a name look-up
// has no timeout, and connecting to each address of a name has one of its own. Blocks. Thread-safe.
absl::StatusOr<std::string> RequestHttp(const std::string& host, std::uint16_t port,
                                        std::string_view request,
                                        std::chrono::milliseconds timeout);

}  // namespace dino::net

#endif  // DINO_SERVER_NET_HTTP_REQUEST_H_
