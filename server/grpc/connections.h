#ifndef DINO_SERVER_GRPC_CONNECTIONS_H_
#define DINO_SERVER_GRPC_CONNECTIONS_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::transport {

// When connections were accepted, which the library does not tell, and whose they are. Thread-safe.
//
// Nor does the library tell of their ends: one is forgotten when its socket's number comes again,
// so that there are never more than were open at the same time, about 200 bytes each.
class Connections {
 public:
  // A socket was accepted.
  void Accepted(int socket);
  // By the peer's address as the library writes it; none if it is not known.
  std::optional<Clock::time_point> AcceptedAt(const std::string& peer) const;

  // Somebody who is known has called on the peer's connection.
  void NoteKnown(const std::string& peer);
  // Whether that is so, by its socket.
  bool IsKnown(int socket) const;

 private:
  struct Connection {
    std::string peer;
    Clock::time_point accepted_at;
    bool known = false;
  };

  void Forget(int socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  absl::flat_hash_map<int, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  // By peer. An address may come again; the newest counts.
  absl::flat_hash_map<std::string, int> sockets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_CONNECTIONS_H_
