#ifndef DINO_SERVER_OPS_HTTP_PROBE_H_
#define DINO_SERVER_OPS_HTTP_PROBE_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"

namespace dino::ops {

// Asks the HTTP server at `host:port` for a path. OK if it answers 200 within `timeout`; otherwise
// the error says what it did. After a timeout a thread may be left behind, so the process should
// end soon.
absl::Status ProbeHttp(const std::string& host, std::uint16_t port, const std::string& path,
                       std::chrono::milliseconds timeout);

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_HTTP_PROBE_H_
