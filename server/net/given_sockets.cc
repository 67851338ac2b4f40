#include "server/net/given_sockets.h"

#include <sys/socket.h>

#include <optional>

namespace dino::net {
namespace {

std::optional<std::uint64_t> CookieOf(int fd) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof(cookie);
  if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0) return std::nullopt;
  return cookie;
}

}  // namespace

void GivenSockets::Add(int fd) {
  if (const auto cookie = CookieOf(fd)) sockets_.insert_or_assign(fd, *cookie);
}

bool GivenSockets::HasOpen(std::size_t count, Clock::time_point now) {
  if (sockets_.size() < count) return false;
  if (now >= next_count_) {
    ForgetClosed();
    next_count_ = now + kCountInterval;
  }
  return sockets_.size() >= count;
}

void GivenSockets::ForgetClosed() {
  for (auto each = sockets_.begin(); each != sockets_.end();) {
    // An open descriptor may belong to another socket by now.
    each = CookieOf(each->first) == each->second ? std::next(each) : sockets_.erase(each);
  }
}

}  // namespace dino::net
