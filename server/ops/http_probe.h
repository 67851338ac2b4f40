#ifndef DINO_SERVER_OPS_HTTP_PROBE_H_
#define DINO_SERVER_OPS_HTTP_PROBE_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"

namespace dino::ops {

// Requests a path from the HTTP server at `host:port`. OK if the response is 200 within `timeout`;
// otherwise the error says what happened. A timeout may leave a thread behind, so the process
// should exit soon.
absl::Status ProbeHttp(const std::string& host, std::uint16_t port, const std::string& path,
                       std::chrono::milliseconds timeout);

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_HTTP_PROBE_H_
