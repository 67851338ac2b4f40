#include "server/net/given_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace dino::net {
namespace {

// How many times as many connections the largest network has as one that may end any of them.
constexpr std::size_t kFarLarger = 4;

std::optional<std::uint64_t> CookieOf(int fd) {
  std::uint64_t cookie = 0;
  socklen_t length = sizeof(cookie);
  if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0) return std::nullopt;
  return cookie;
}

std::chrono::milliseconds SilenceOf(int fd) {
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return {};
  return std::chrono::milliseconds(info.tcpi_last_data_recv);
}

// Its owner may close it at any time, and another socket get its number; not that of a duplicate.
bool End(int fd, std::uint64_t cookie) {
  const int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return false;
  const bool is_it = CookieOf(duplicate) == cookie;
  if (is_it) shutdown(duplicate, SHUT_RDWR);
  close(duplicate);
  return is_it;
}

}  // namespace

void GivenSockets::Add(int fd, std::string network) {
  if (const auto cookie = CookieOf(fd)) {
    sockets_.insert_or_assign(fd, Socket{*cookie, std::move(network)});
  }
}

bool GivenSockets::HasOpen(std::size_t count, Clock::time_point now) {
  if (sockets_.size() < count) return false;
  if (now >= next_count_) {
    ForgetClosed();
    next_count_ = now + kCountInterval;
  }
  return sockets_.size() >= count;
}

bool GivenSockets::MakeRoom(const std::string& newcomer, std::chrono::milliseconds silence,
                            Clock::time_point now) {
  if (now >= next_search_) {
    FindSilent();
    next_search_ = now + kSearchInterval;
  }
  // Those that came since the search are strangers, too.
  if (!StrangersAreFew()) ends_known_ = false;
  const bool any = CountOf(newcomer) * kFarLarger < largest_count_;
  while (!silent_.empty() && (any || silent_.back().since >= silence)) {
    const Silent longest = silent_.back();
    silent_.pop_back();
    // It may have called since the search.
    if (!ends_known_ && is_known_(longest.fd)) continue;
    const bool ended = End(longest.fd, longest.cookie);
    const auto found = sockets_.find(longest.fd);
    if (found != sockets_.end() && found->second.cookie == longest.cookie) sockets_.erase(found);
    if (ended) return true;
  }
  return false;
}

void GivenSockets::ForgetClosed() {
  for (auto each = sockets_.begin(); each != sockets_.end();) {
    // An open descriptor may belong to another socket by now.
    each = CookieOf(each->first) == each->second.cookie ? std::next(each) : sockets_.erase(each);
  }
}

bool GivenSockets::StrangersAreFew() const {
  const auto strangers = static_cast<std::size_t>(std::count_if(
      sockets_.begin(), sockets_.end(), [](const auto& each) { return !each.second.known; }));
  return strangers * 4 < sockets_.size();
}

std::size_t GivenSockets::CountOf(const std::string& network) const {
  return static_cast<std::size_t>(std::count_if(
      sockets_.begin(), sockets_.end(),
      [&](const auto& each) { return MayEnd(each.second) && each.second.network == network; }));
}

void GivenSockets::FindSilent() {
  for (auto& [fd, socket] : sockets_) socket.known = is_known_(fd);
  ends_known_ = StrangersAreFew();
  std::map<std::string, std::size_t> counts;
  for (const auto& [fd, socket] : sockets_) {
    if (MayEnd(socket)) ++counts[socket.network];
  }
  silent_.clear();
  largest_count_ = 0;
  const auto largest =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (largest == counts.end()) return;
  largest_count_ = largest->second;
  for (const auto& [fd, socket] : sockets_) {
    if (!MayEnd(socket) || counts[socket.network] != largest_count_) continue;
    silent_.push_back({fd, socket.cookie, SilenceOf(fd)});
  }
  std::sort(silent_.begin(), silent_.end(),
            [](const Silent& a, const Silent& b) { return a.since < b.since; });
}

}  // namespace dino::net
