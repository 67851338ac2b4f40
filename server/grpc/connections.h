#ifndef DINO_SERVER_GRPC_CONNECTIONS_H_
#define DINO_SERVER_GRPC_CONNECTIONS_H_

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::transport {

// When connections were accepted, which the library does not tell. Thread-safe.
class Connections {
 public:
  // Knows the newest `max_known` connections, about 200 bytes each.
  explicit Connections(std::size_t max_known) : max_known_(max_known) {}

  // A socket was accepted.
  void Accepted(int socket);
  // By the peer's address as the library writes it; none if it is not known.
  std::optional<Clock::time_point> AcceptedAt(const std::string& peer) const;

 private:
  const std::size_t max_known_;
  mutable Mutex mutex_;
  // An address may come again; the newest counts.
  absl::flat_hash_map<std::string, Clock::time_point> accepted_at_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::pair<std::string, Clock::time_point>> oldest_first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_CONNECTIONS_H_
