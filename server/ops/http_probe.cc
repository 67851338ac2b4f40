#include "server/ops/http_probe.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <memory>
#include <string_view>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"

namespace dino::ops {
namespace {

// Returns a connected socket.
absl::Status Connect(const std::string& host, const std::string& port, int& fd) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  // Who listens at `::` hears both loopback addresses, if the machine has both.
  const char* const name = host == "::" ? nullptr : host.c_str();
  const int result = getaddrinfo(name, port.c_str(), &hints, &list);
  if (result != 0) return absl::UnavailableError(gai_strerror(result));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(list, &freeaddrinfo);
  int error = 0;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    fd = socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, each->ai_addr, each->ai_addrlen) == 0) return absl::OkStatus();
    error = errno;
    if (fd >= 0) close(fd);
  }
  return absl::UnavailableError(ErrnoText(error));
}

// The response's first line, without its line break.
std::string Ask(int fd, const std::string& request) {
  std::string answer;
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return answer;
  char byte = 0;
  while (answer.size() < 1000 && recv(fd, &byte, 1, 0) == 1 && byte != '\r' && byte != '\n') {
    answer += byte;
  }
  return answer;
}

absl::Status Probe(const std::string& host, const std::string& port, const std::string& path) {
  int fd = -1;
  absl::Status connected = Connect(host, port, fd);
  if (!connected.ok()) return connected;
  const std::string answer =
      Ask(fd, absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  close(fd);
  if (answer.rfind("HTTP/1.1 200", 0) == 0) return absl::OkStatus();
  if (answer.empty()) return absl::UnavailableError("no response");
  return absl::UnavailableError(answer);
}

}  // namespace

absl::Status ProbeHttp(const std::string& host, std::uint16_t port, const std::string& path,
                       std::chrono::milliseconds timeout) {
  // A name look-up has no timeout, so the thread may be left behind.
  std::promise<absl::Status> promise;
  std::future<absl::Status> answer = promise.get_future();
  std::thread([host, port, path, promise = std::move(promise)]() mutable {
    promise.set_value(Probe(host, std::to_string(port), path));
  }).detach();
  if (answer.wait_for(timeout) == std::future_status::ready) return answer.get();
  return absl::DeadlineExceededError("no response in time");
}

}  // namespace dino::ops
