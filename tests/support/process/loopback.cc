#include "tests/support/process/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace dino::testing {
namespace {

// A machine without a loopback interface can run no test.
void Require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

sockaddr_in LoopbackAddress(std::uint16_t port, std::uint8_t last = 1) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xFFU) | last);
  return address;
}

FileDescriptor NewSocket() {
  FileDescriptor descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Require(descriptor.open(), "socket");
  return descriptor;
}

FileDescriptor BoundSocket(std::uint16_t port, std::uint8_t last = 1) {
  FileDescriptor descriptor = NewSocket();
  const int on = 1;
  Require(setsockopt(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0,
          "setsockopt");
  const sockaddr_in address = LoopbackAddress(port, last);
  Require(
      bind(descriptor.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
      "bind");
  return descriptor;
}

}  // namespace

LoopbackPort::LoopbackPort() : socket_(BoundSocket(0)) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  Require(getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "getsockname");
  number_ = ntohs(address.sin_port);
}

std::uint16_t PortOf(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

FileDescriptor ListenOnLoopback(std::uint16_t port, std::uint8_t last) {
  FileDescriptor descriptor = BoundSocket(port, last);
  Require(listen(descriptor.number(), SOMAXCONN) == 0, "listen");
  return descriptor;
}

FileDescriptor ConnectToLoopback(std::uint16_t port, std::optional<std::uint8_t> last) {
  FileDescriptor descriptor = last.has_value() ? BoundSocket(0, *last) : NewSocket();
  const sockaddr_in address = LoopbackAddress(port);
  if (connect(descriptor.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
      0) {
    descriptor.Close();
  }
  return descriptor;
}

bool WaitUntilReadable(int descriptor, Clock::time_point deadline) {
  pollfd entry{descriptor, POLLIN, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const int wait = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    const int ready = poll(&entry, 1, wait);
    if (ready > 0) return true;
    if (ready == 0) return false;
    Require(errno == EINTR, "poll");
  }
}

}  // namespace dino::testing
