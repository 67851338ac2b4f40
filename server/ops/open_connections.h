#ifndef DINO_SERVER_OPS_OPEN_CONNECTIONS_H_
#define DINO_SERVER_OPS_OPEN_CONNECTIONS_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::ops {

// The open connections of a server. Cuts those that are too old, so that nobody keeps one open by
// sending a byte now and then, and the oldest ones where a new one needs room. Cutting shuts a
// socket down; its owner still has to close it. Thread-safe.
class OpenConnections {
 public:
  explicit OpenConnections(Clock::duration max_age) : max_age_(max_age) {}

  // To be called when a connection's socket is opened and before it is closed.
  void Opened(int fd, Clock::time_point now);
  void Closed(int fd);

  // How many have been opened, closed ones included.
  std::uint64_t opened_count() const;
  // Waits until that many have been opened, for at most a second.
  void WaitForOpened(std::uint64_t count);

  // Cuts the oldest ones if there are more than `count`, and waits until no more are open, for at
  // most a second.
  void ReduceTo(std::size_t count);

  // Cuts those that are too old.
  void CutOld(Clock::time_point now);

 private:
  struct Connection {
    int fd;
    Clock::time_point opened_at;
    bool cut = false;
  };

  const Clock::duration max_age_;
  mutable Mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t opened_count_ ABSL_GUARDED_BY(mutex_) = 0;
  // The oldest first.
  std::map<std::uint64_t, Connection> connections_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_OPEN_CONNECTIONS_H_
