#include "server/ops/connection_ages.h"

#include <sys/socket.h>

namespace dino::ops {

void ConnectionAges::Opened(int fd, Clock::time_point now) {
  const MutexLock lock(mutex_);
  opened_[fd] = now;
}

void ConnectionAges::Closed(int fd) {
  const MutexLock lock(mutex_);
  opened_.erase(fd);
}

void ConnectionAges::CutOld(Clock::time_point now) {
  const MutexLock lock(mutex_);
  for (const auto& [fd, opened_at] : opened_) {
    if (now - opened_at >= max_age_) shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace dino::ops
