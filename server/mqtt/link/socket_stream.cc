#include "server/mqtt/link/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "server/mqtt/link/tls_error.h"

namespace dino::mqtt {
namespace {

int AsInt(std::size_t size) {
  return static_cast<int>(
      std::min(size, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

}  // namespace

SocketStream::SocketStream(EpollPoller& poller, int socket, ssl_st* tls,
                           std::shared_ptr<void> owner)
    : poller_(poller), owner_(std::move(owner)), socket_(socket), tls_(tls) {
  if (tls_ != nullptr) {
    // The output moves when it grows, and may leave in parts.
    SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A PUBACK is a record of its own: not two calls of the system for each.
    SSL_set_read_ahead(tls_, 1);
  }
}

SocketStream::~SocketStream() { poller_.Remove(socket_); }

void SocketStream::Watch(SocketHandler& handler) {
  const std::uint32_t events = EPOLLIN | (pending() ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  if (events == watched_events_ && &handler == handler_) return;
  watched_events_ = events;
  handler_ = &handler;
  poller_.Modify(socket_, events, handler);
}

void SocketStream::AcknowledgeReceived() {
  constexpr int kOn = 1;
  // A kernel without the option only makes us slower.
  setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &kOn, sizeof(kOn));
}

bool SocketStream::HoldsUnread() const { return tls_ != nullptr && SSL_has_pending(tls_) == 1; }

void SocketStream::ReadLater() { poller_.TellAgain(socket_, *handler_); }

std::int64_t SocketStream::ReadSome(char* data, std::size_t size) {
  if (tls_ == nullptr) {
    const ssize_t count = recv(socket_, data, size, 0);
    if (count == 0) errno = 0;
    return count;
  }
  ERR_clear_error();
  errno = 0;
  const int count = SSL_read(tls_, data, AsInt(size));
  return count > 0 ? count : TlsResult(count);
}

std::int64_t SocketStream::WriteSome(std::string_view bytes) {
  if (tls_ == nullptr) return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ERR_clear_error();
  errno = 0;
  const int count = SSL_write(tls_, bytes.data(), AsInt(bytes.size()));
  return count > 0 ? count : TlsResult(count);
}

std::int64_t SocketStream::TlsResult(int result) {
  const int error = errno;
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_SYSCALL:
      errno = error;
      return error == 0 ? 0 : -1;
    case SSL_ERROR_SSL:
      // An end without TLS's own farewell is an end, no more.
      if (ERR_GET_REASON(ERR_peek_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        const char* const reason = ERR_reason_error_string(ERR_peek_error());
        tls_error_ = reason == nullptr ? "unknown error" : ReadableTlsError(reason);
      }
      ERR_clear_error();
      break;
    default:
      break;
  }
  errno = 0;
  return 0;
}

Loss SocketStream::WhyLost(const char* what) const {
  if (!tls_error_.empty()) return {Loss::Kind::kTlsError, "TLS: " + tls_error_};
  return ByteStream::WhyLost(what);
}

}  // namespace dino::mqtt
