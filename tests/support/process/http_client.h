#ifndef DINO_TESTS_SUPPORT_PROCESS_HTTP_CLIENT_H_
#define DINO_TESTS_SUPPORT_PROCESS_HTTP_CLIENT_H_

#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// Reads until the server closes the connection, or nothing arrives for `kPatience`.
inline std::string ReadAll(const FileDescriptor& socket) {
  std::string all;
  std::array<char, 4096> buffer{};
  while (WaitUntilReadable(socket.number(), Clock::now() + kPatience)) {
    const ssize_t count = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

inline bool SendAll(const FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Sends bytes and returns the whole answer.
inline std::string HttpExchange(const std::string& address, std::string_view bytes) {
  const FileDescriptor socket = ConnectToLoopback(PortOf(address));
  SendAll(socket, bytes);
  return ReadAll(socket);
}

inline std::string HttpGet(const std::string& address, const std::string& path) {
  return HttpExchange(address, "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
}

// The body of the answer.
inline std::string BodyOf(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_HTTP_CLIENT_H_
