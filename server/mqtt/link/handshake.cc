#include "server/mqtt/link/handshake.h"

#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"
#include "server/mqtt/link/connect_failure.h"
#include "server/mqtt/link/socket_stream.h"
#include "server/mqtt/link/tls_error.h"

namespace dino::mqtt {
namespace {

// Unacknowledged data on a dead path is given up after this time.
constexpr unsigned kTcpUserTimeoutMilliseconds = 5000;

void InitializeLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { mosquitto_lib_init(); });
}

void SetSocketOption(int fd, int level, int name, unsigned value) {
  // A kernel without the option only makes us slower.
  setsockopt(fd, level, name, &value, sizeof(value));
}

SSL* TlsOf(mosquitto* handle) { return static_cast<SSL*>(mosquitto_ssl_get(handle)); }

}  // namespace

Handshake::~Handshake() {
  if (fd() >= 0) poller_.Remove(fd());
}

absl::Status Handshake::Open(const Target& target) {
  InitializeLibrary();
  keep_alive_ = target.keep_alive;
  handle_ = {mosquitto_new(target.client_id.c_str(), /*clean_session=*/true, this),
             mosquitto_destroy};
  if (handle_ == nullptr) return Check(MOSQ_ERR_ERRNO, "create");
  mosquitto_int_option(handle_.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(handle_.get(), MOSQ_OPT_TCP_NODELAY, 1);
  absl::Status status = SetCredentials(target.credentials);
  if (!status.ok()) return status;
  errno = 0;
  const int result = mosquitto_connect_async(handle_.get(), target.address.c_str(), target.port,
                                             static_cast<int>(target.keep_alive.count()));
  if (uses_tls_) status = CheckTls(result);
  if (status.ok()) status = Check(result, "connect");
  if (!status.ok()) return status;
  SetSocketOption(fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, kTcpUserTimeoutMilliseconds);
  // Room to write is how we learn that the network has reached the broker.
  watched_events_ = EPOLLIN | EPOLLOUT;
  if (poller_.Add(fd(), watched_events_, handler_)) return absl::OkStatus();
  return absl::ResourceExhaustedError("cannot watch the socket");
}

bool Handshake::done() const { return !in_tls_handshake_ && !mosquitto_want_write(handle_.get()); }

std::unique_ptr<Channel> Handshake::TakeChannel() {
  mosquitto_log_callback_set(handle_.get(), nullptr);
  const int socket = fd();
  SSL* const tls = uses_tls_ ? TlsOf(handle_.get()) : nullptr;
  return std::make_unique<Channel>(
      std::make_unique<SocketStream>(poller_, socket, tls, std::move(handle_)), keep_alive_);
}

void Handshake::Watch() {
  const std::uint32_t events = WantedEvents();
  if (events == watched_events_) return;
  watched_events_ = events;
  poller_.Modify(fd(), events, handler_);
}

absl::Status Handshake::SetCredentials(const Credentials& credentials) {
  int result = MOSQ_ERR_SUCCESS;
  if (!credentials.username.empty()) {
    result = mosquitto_username_pw_set(
        handle_.get(), credentials.username.c_str(),
        credentials.password.has_value() ? credentials.password->c_str() : nullptr);
  }
  if (result == MOSQ_ERR_SUCCESS && credentials.tls != nullptr) {
    // The library takes a reference of its own and changes nothing.
    result = mosquitto_void_option(handle_.get(), MOSQ_OPT_SSL_CTX, credentials.tls.get());
    mosquitto_int_option(handle_.get(), MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
    mosquitto_log_callback_set(handle_.get(), &Handshake::OnLog);
    uses_tls_ = true;
    in_tls_handshake_ = true;
  }
  if (result == MOSQ_ERR_SUCCESS) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("credentials: ", mosquitto_strerror(result)));
}

int Handshake::fd() const { return handle_ == nullptr ? -1 : mosquitto_socket(handle_.get()); }

std::uint32_t Handshake::WantedEvents() const {
  if (!in_tls_handshake_) return EPOLLOUT;
  // The library forgets that a handshake does not want to write any more.
  return EPOLLIN |
         (SSL_want_write(TlsOf(handle_.get())) ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
}

absl::Status Handshake::OnSocket(std::uint32_t /*events*/) {
  return in_tls_handshake_ ? ShakeTls() : WriteConnect();
}

absl::Status Handshake::ShakeTls() {
  errno = 0;
  const int result = mosquitto_loop_read(handle_.get(), 1);
  absl::Status status = CheckTls(result);
  return status.ok() ? Check(result, "TLS handshake") : status;
}

absl::Status Handshake::CheckTls(int result) {
  const int error = errno;
  const SSL* const tls = TlsOf(handle_.get());
  if (result != MOSQ_ERR_SUCCESS || tls == nullptr) return absl::OkStatus();
  in_tls_handshake_ = !SSL_is_init_finished(tls);
  // The library takes a socket that failed for one that is not ready.
  if (!in_tls_handshake_ || SSL_get_error(tls, -1) != SSL_ERROR_SYSCALL) return absl::OkStatus();
  errno = error;
  return Check(MOSQ_ERR_ERRNO, "TLS handshake");
}

absl::Status Handshake::WriteConnect() {
  if (uses_tls_) {
    absl::Status status = CheckAlert();
    if (!status.ok()) return status;
  }
  errno = 0;
  return Check(mosquitto_loop_write(handle_.get(), 1), "write");
}

absl::Status Handshake::CheckAlert() {
  // A write that fails would lose it.
  char first = 0;
  ERR_clear_error();
  const int result = SSL_peek(TlsOf(handle_.get()), &first, 1);
  if (result > 0 || SSL_get_error(TlsOf(handle_.get()), result) != SSL_ERROR_SSL) {
    return absl::OkStatus();
  }
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  return WithFailure(absl::UnavailableError(absl::StrCat(
                         "TLS: ", reason == nullptr ? "unknown error" : ReadableTlsError(reason))),
                     ConnectFailure::kTls);
}

void Handshake::OnLog(mosquitto* /*handle*/, void* self, int level, const char* text) {
  std::string& error = static_cast<Handshake*>(self)->tls_error_;
  if (level == MOSQ_LOG_ERR && error.empty()) error = ReadableTlsError(text);
}

absl::Status Handshake::Check(int result, const char* what) {
  const int error = errno;
  if (result == MOSQ_ERR_SUCCESS || result == MOSQ_ERR_CONN_PENDING) {
    if (fd() >= 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(what, ": connection closed"));
  }
  const std::string reason = uses_tls_ ? TlsReason(result, error) : "";
  if (!reason.empty()) return WithFailure(absl::UnavailableError(reason), ConnectFailure::kTls);
  return absl::UnavailableError(absl::StrCat(
      what, ": ", result == MOSQ_ERR_ERRNO ? ErrnoText(error) : mosquitto_strerror(result)));
}

std::string Handshake::TlsReason(int result, int error) const {
  const std::string verify_error = TakeVerifyError();
  const int handshake_errno = TakeHandshakeErrno();
  if (!verify_error.empty()) return "TLS: the broker's certificate: " + verify_error;
  if (!tls_error_.empty()) return "TLS: " + tls_error_;
  // EPROTO is all that the library says of an end without TLS's own farewell.
  const bool closed =
      result == MOSQ_ERR_CONN_LOST || (result == MOSQ_ERR_ERRNO && (error == EPROTO || error == 0));
  if (result == MOSQ_ERR_TLS || (closed && in_tls_handshake_)) {
    return absl::StrCat("TLS handshake: ",
                        handshake_errno == 0 ? "connection closed" : ErrnoText(handshake_errno));
  }
  return "";
}

}  // namespace dino::mqtt
