#include "server/mqtt/link/byte_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"

namespace dino::mqtt {
namespace {

constexpr std::size_t kReadBytes = 16384;
// An output that grew larger gives its memory back.
constexpr std::size_t kKeptBytes = 65536;

int AsInt(std::size_t size) {
  return static_cast<int>(
      std::min(size, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

}  // namespace

ByteStream::ByteStream(int socket, ssl_st* tls) : socket_(socket), tls_(tls) {
  if (tls_ != nullptr) {
    // The output moves when it grows, and may leave in parts.
    SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A PUBACK is a record of its own: not two calls of the system for each.
    SSL_set_read_ahead(tls_, 1);
  }
}

absl::Status ByteStream::Flush() {
  while (done_ < output_.size()) {
    const std::int64_t count = WriteSome(std::string_view(output_).substr(done_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      Compact();
      return absl::OkStatus();
    }
    if (count <= 0) return Lost("write");
    done_ += static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
  output_.clear();
  done_ = 0;
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
  return absl::OkStatus();
}

void ByteStream::Compact() {
  // Where more is written than is not, moving the rest costs less than writing it did.
  if (done_ <= output_.size() - done_) return;
  output_.erase(0, done_);
  done_ = 0;
}

absl::Status ByteStream::Read(absl::FunctionRef<absl::Status(std::string_view)> take) {
  std::array<char, kReadBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  // No poller tells of what TLS has taken from the socket already.
  do {
    const std::int64_t count = ReadSome(buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return absl::OkStatus();
    if (count <= 0) return Lost("read");
    absl::Status status = take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    if (!status.ok()) return status;
  } while (tls_ != nullptr && SSL_has_pending(tls_) == 1);
  return absl::OkStatus();
}

std::int64_t ByteStream::ReadSome(char* data, std::size_t size) {
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

std::int64_t ByteStream::WriteSome(std::string_view bytes) {
  if (tls_ == nullptr) return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ERR_clear_error();
  errno = 0;
  const int count = SSL_write(tls_, bytes.data(), AsInt(bytes.size()));
  return count > 0 ? count : TlsResult(count);
}

std::int64_t ByteStream::TlsResult(int result) {
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
        tls_error_ = reason == nullptr ? "unknown error" : reason;
      }
      ERR_clear_error();
      break;
    default:
      break;
  }
  errno = 0;
  return 0;
}

absl::Status ByteStream::Lost(const char* what) const {
  const int error = errno;
  if (!tls_error_.empty()) return absl::UnavailableError(absl::StrCat("TLS: ", tls_error_));
  if (error == 0) return absl::UnavailableError("connection closed");
  return absl::UnavailableError(absl::StrCat(what, ": ", ErrnoText(error)));
}

}  // namespace dino::mqtt
