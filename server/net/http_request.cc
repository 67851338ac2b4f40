#include "server/net/http_request.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "server/base/clock.h"
#include "server/base/errno_text.h"

namespace dino::net {
namespace {

// A connected socket.
class Connection {
 public:
  Connection(int fd, Clock::time_point deadline) : fd_(fd), deadline_(deadline) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(fd_); }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 || Clock::now() >= deadline_) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The first line, without its end; what there is of it.
  std::string ReadLine() {
    constexpr std::size_t kMostBytes = 1000;
    std::string line;
    std::array<char, 256> bytes{};
    while (line.size() < kMostBytes && Clock::now() < deadline_) {
      const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
      if (count <= 0) return line;
      line.append(bytes.data(), static_cast<std::size_t>(count));
      const std::size_t end = line.find_first_of("\r\n");
      if (end != std::string::npos) return line.substr(0, end);
    }
    return line;
  }

 private:
  const int fd_;
  const Clock::time_point deadline_;
};

// Connects `fd`, which gives up after `timeout` whatever it does. Returns `errno`, 0 if it is
// connected.
int ConnectWithin(int fd, const addrinfo& address, std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  timeval time{};
  time.tv_sec = static_cast<time_t>(seconds.count());
  time.tv_usec = std::chrono::microseconds(timeout - seconds).count();
  for (const int option : {SO_SNDTIMEO, SO_RCVTIMEO}) {
    if (setsockopt(fd, SOL_SOCKET, option, &time, sizeof(time)) != 0) return errno;
  }
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  // So it says that the time is up.
  return errno == EINPROGRESS ? ETIMEDOUT : errno;
}

absl::StatusOr<std::unique_ptr<Connection>> Connect(const std::string& host, std::uint16_t port,
                                                    std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int result = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                 std::to_string(port).c_str(), &hints, &list);
  if (result != 0) return absl::UnavailableError(gai_strerror(result));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(list, &freeaddrinfo);
  int error = 0;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    const int fd = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    auto connection = std::make_unique<Connection>(fd, Clock::now() + timeout);
    error = ConnectWithin(fd, *each, timeout);
    if (error == 0) return connection;
  }
  return absl::UnavailableError(ErrnoText(error));
}

}  // namespace

absl::StatusOr<std::string> RequestHttp(const std::string& host, std::uint16_t port,
                                        std::string_view request,
                                        std::chrono::milliseconds timeout) {
  auto connection = Connect(host, port, timeout);
  if (!connection.ok()) return connection.status();
  std::string line;
  if ((*connection)->Send(request)) line = (*connection)->ReadLine();
  if (line.empty()) return absl::UnavailableError("no response");
  return line;
}

}  // namespace dino::net
