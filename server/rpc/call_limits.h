#ifndef DINO_SERVER_RPC_CALL_LIMITS_H_
#define DINO_SERVER_RPC_CALL_LIMITS_H_

#include <chrono>
#include <cstddef>

namespace dino::rpc {

// What one call may be, beside the limits of its events.
struct CallLimits {
  // Of a request's message, and of each message of a stream.
  std::size_t max_request_bytes = 4194304;
  std::size_t max_batch_events = 1000;
  // Open streams, of all callers.
  std::size_t max_publish_streams = 1000;
};

// What the connections of callers may be.
struct ConnectionLimits {
  std::size_t max_connections = 4096;
  // Calls in progress of one connection; a caller holds back those beyond it.
  std::size_t max_calls = 1000;
  // Of one call.
  std::size_t max_metadata_bytes = 8192;
  // When a client is told to open another connection, give or take a tenth; and for how long the
  // calls of the old one may then go on before it is cut.
  std::chrono::milliseconds max_age = std::chrono::minutes(5);
  std::chrono::milliseconds max_grace = std::chrono::minutes(1);
  // For how long there may be no call.
  std::chrono::milliseconds max_idle = std::chrono::minutes(2);
  // Of requests that are still arriving, over all connections; beyond it some are cut off.
  std::size_t max_receiving_bytes = 268435456;
  // How many file descriptors must be left to others.
  std::size_t spare_descriptors = 16;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_CALL_LIMITS_H_
