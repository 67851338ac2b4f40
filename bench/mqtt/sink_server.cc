#include "bench/mqtt/sink_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace dino::bench {
namespace {

constexpr std::size_t kReadBytes = 262144;
// A client that does not read its acknowledgements is disconnected.
constexpr std::size_t kMaxUnreadAnswers = 16UL * 1048576;

bool MustWait() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

SinkServer::SinkServer(bool silent)
    : silent_(silent), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes, '\0') {}

SinkServer::~SinkServer() {
  for (const auto& entry : connections_) close(entry.first);
  if (listener_ >= 0) close(listener_);
  close(epoll_);
}

absl::StatusOr<int> SinkServer::Listen(int port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets interface wants it.
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    return absl::ErrnoToStatus(errno, "cannot listen");
  }
  if (absl::Status status = Watch(EPOLL_CTL_ADD, listener_, EPOLLIN); !status.ok()) return status;
  return ntohs(address.sin_port);
}

absl::Status SinkServer::Serve() {
  std::array<epoll_event, 64> events{};
  while (true) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events.at(static_cast<std::size_t>(i));
      if (event.data.fd == listener_) {
        Accept();
      } else {
        Serve(event.data.fd, event.events);
      }
    }
  }
}

void SinkServer::Accept() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!Watch(EPOLL_CTL_ADD, fd, EPOLLIN).ok()) {
    close(fd);
    return;
  }
  connections_.emplace(fd, std::make_unique<Connection>(silent_));
}

void SinkServer::Serve(int fd, std::uint32_t events) {
  Connection& connection = *connections_.at(fd);
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && !Read(fd, connection)) {
    Close(fd);
    return;
  }
  if (!Write(fd, connection)) Close(fd);
}

bool SinkServer::Read(int fd, Connection& connection) {
  const ssize_t count = recv(fd, buffer_.data(), buffer_.size(), 0);
  if (count < 0) return MustWait();
  if (count == 0) return false;
  return connection.protocol
             .Take({buffer_.data(), static_cast<std::size_t>(count)}, connection.answers)
             .ok() &&
         connection.answers.size() <= kMaxUnreadAnswers;
}

bool SinkServer::Write(int fd, Connection& connection) {
  if (!connection.answers.empty()) {
    const ssize_t count =
        send(fd, connection.answers.data(), connection.answers.size(), MSG_NOSIGNAL);
    if (count < 0 && !MustWait()) return false;
    if (count > 0) connection.answers.erase(0, static_cast<std::size_t>(count));
  }
  const bool awaits_room = !connection.answers.empty();
  if (awaits_room == connection.awaits_room) return true;
  connection.awaits_room = awaits_room;
  return Watch(EPOLL_CTL_MOD, fd, EPOLLIN | (awaits_room ? EPOLLOUT : 0U)).ok();
}

absl::Status SinkServer::Watch(int operation, int fd, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, operation, fd, &event) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "epoll_ctl");
}

void SinkServer::Close(int fd) {
  connections_.erase(fd);
  close(fd);
}

}  // namespace dino::bench
