#ifndef DINO_SERVER_API_CALL_LIMITS_H_
#define DINO_SERVER_API_CALL_LIMITS_H_

#include <cstddef>

namespace dino::api {

// What one call may be, beside the limits of its events.
struct CallLimits {
  // Of a request's message, and of each message of a stream.
  std::size_t max_request_bytes = 4194304;
  // What a request may take in memory once it is parsed: much more than any that is meant well.
  std::size_t max_parsed_bytes() const { return 8 * max_request_bytes; }
  std::size_t max_batch_events = 1000;
  // Open streams, of all callers.
  std::size_t max_publish_streams = 1000;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_CALL_LIMITS_H_
