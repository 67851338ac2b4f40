#include "server/ops/open_connections.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace dino::ops {
namespace {

// Their owner never takes that long unless it is out of memory.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

void OpenConnections::Opened(int fd, Clock::time_point now) {
  const MutexLock lock(mutex_);
  connections_.emplace(opened_count_++, Connection{fd, now});
  changed_.notify_all();
}

void OpenConnections::Closed(int fd) {
  const MutexLock lock(mutex_);
  const auto closed =
      std::find_if(connections_.begin(), connections_.end(),
                   [fd](const auto& connection) { return connection.second.fd == fd; });
  if (closed != connections_.end()) connections_.erase(closed);
  changed_.notify_all();
}

std::uint64_t OpenConnections::opened_count() const {
  const MutexLock lock(mutex_);
  return opened_count_;
}

void OpenConnections::WaitForOpened(std::uint64_t count) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  MutexLock lock(mutex_);
  changed_.wait_for(lock.native(), kPatience, [this, count]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return opened_count_ >= count;
  });
}

void OpenConnections::ReduceTo(std::size_t count) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  MutexLock lock(mutex_);
  std::size_t too_many = connections_.size() > count ? connections_.size() - count : 0;
  for (auto& [number, connection] : connections_) {
    if (too_many == 0) break;
    if (!connection.cut) shutdown(connection.fd, SHUT_RDWR);
    connection.cut = true;
    --too_many;
  }
  changed_.wait_for(lock.native(), kPatience, [this, count]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return connections_.size() <= count;
  });
}

void OpenConnections::CutOld(Clock::time_point now) {
  const MutexLock lock(mutex_);
  for (auto& [number, connection] : connections_) {
    if (now - connection.opened_at < max_age_) break;
    if (!connection.cut) shutdown(connection.fd, SHUT_RDWR);
    connection.cut = true;
  }
}

}  // namespace dino::ops
