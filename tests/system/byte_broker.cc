#include "tests/system/byte_broker.h"

#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

namespace dino::testing {
namespace {

struct Header {
  std::size_t size = 0;
  std::size_t body = 0;
};

// Of the packet that `bytes` begin with; none if it has not come.
std::optional<Header> ReadHeader(std::string_view bytes) {
  Header header;
  for (std::size_t i = 1; i < bytes.size() && i <= 4; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    header.body |= static_cast<std::size_t>(byte & 0x7FU) << 7 * (i - 1);
    if ((byte & 0x80U) != 0) continue;
    header.size = i + 1;
    return header;
  }
  return std::nullopt;
}

void Send(const FileDescriptor& socket, std::string_view bytes) {
  // Few bytes, which find room, or the other side has gone.
  if (!bytes.empty()) send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace

ByteBroker::ByteBroker(Answer answer, std::string banner)
    : answer_(std::move(answer)),
      banner_(std::move(banner)),
      listener_(ListenOnLoopback(port_.number())),
      thread_(
          [this](std::vector<pollfd>& entries) {
            entries.push_back({listener_.number(), POLLIN, 0});
            for (const Connection& connection : connections_) {
              entries.push_back({connection.socket.number(), POLLIN, 0});
            }
            return std::nullopt;
          },
          [this] { Advance(); }) {}

std::string ByteBroker::Accept(std::string_view publish) {
  const std::size_t topic =
      static_cast<unsigned char>(publish[0]) * 256U + static_cast<unsigned char>(publish[1]);
  return std::string("\x40\x02", 2).append(publish.substr(2 + topic, 2));
}

void ByteBroker::Advance() {
  AcceptConnections();
  connections_.remove_if([this](Connection& connection) { return !Read(connection); });
}

void ByteBroker::AcceptConnections() {
  while (WaitUntilReadable(listener_.number(), Clock::now())) {
    FileDescriptor socket(
        accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.open()) return;
    Send(socket, banner_);
    connections_.push_back({std::move(socket), ""});
  }
}

bool ByteBroker::Read(Connection& connection) {
  const ssize_t size = recv(connection.socket.number(), chunk_.data(), chunk_.size(), 0);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  connection.unread.append(chunk_, 0, static_cast<std::size_t>(size));
  Handle(connection);
  return size > 0;
}

void ByteBroker::Handle(Connection& connection) {
  std::string_view rest = connection.unread;
  std::string answers;
  for (auto header = ReadHeader(rest); header && rest.size() >= header->size + header->body;
       header = ReadHeader(rest)) {
    answers += answer_(static_cast<std::uint8_t>(rest[0]), rest.substr(header->size, header->body));
    rest.remove_prefix(header->size + header->body);
  }
  connection.unread.erase(0, connection.unread.size() - rest.size());
  Send(connection.socket, answers);
}

}  // namespace dino::testing
