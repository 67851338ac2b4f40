#ifndef DINO_SERVER_OPS_CONNECTION_AGES_H_
#define DINO_SERVER_OPS_CONNECTION_AGES_H_

#include <unordered_map>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::ops {

// Cuts connections that are too old, so that nobody keeps one open by sending a byte now and then.
// Thread-safe.
class ConnectionAges {
 public:
  explicit ConnectionAges(Clock::duration max_age) : max_age_(max_age) {}

  // To be called when a connection's socket is opened and closed.
  void Opened(int fd, Clock::time_point now);
  void Closed(int fd);

  // Shuts down the sockets that are too old; their owner still has to close them.
  void CutOld(Clock::time_point now);

 private:
  const Clock::duration max_age_;
  Mutex mutex_;
  std::unordered_map<int, Clock::time_point> opened_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_CONNECTION_AGES_H_
