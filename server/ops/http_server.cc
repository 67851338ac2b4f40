#include "server/ops/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/base/clock.h"

namespace dino::ops {
namespace {

constexpr std::chrono::seconds kMaxAge{10};
constexpr std::chrono::milliseconds kLookAtAges{1000};

// For the heads of the request and the response. Longer requests get 431 or 414.
constexpr std::size_t kConnectionBytes = 16384;

HttpResponse MethodNotAllowed() {
  return {MHD_HTTP_METHOD_NOT_ALLOWED,
          kPlainText,
          "method not allowed\n",
          {{MHD_HTTP_HEADER_ALLOW, "GET, HEAD"}}};
}

MHD_Result Send(MHD_Connection* connection, const HttpResponse& answer) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      answer.body.size(),
      // The library copies it.
      const_cast<char*>(answer.body.data()),  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  const auto add = [response](const char* name, const std::string& value) {
    (void)MHD_add_response_header(response, name, value.c_str());
  };
  add(MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type);
  add(MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  add(MHD_HTTP_HEADER_CONNECTION, "close");
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) add(name.c_str(), value);
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

// The library's callbacks.
struct HttpServer::Callbacks {
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url,
                              const char* method, const char* /*version*/, const char* /*data*/,
                              std::size_t* /*size*/, void** /*state*/) {
    const std::string_view verb = method;
    if (verb != MHD_HTTP_METHOD_GET && verb != MHD_HTTP_METHOD_HEAD) {
      return Send(connection, MethodNotAllowed());
    }
    return Send(connection, static_cast<HttpServer*>(self)->handler_(url));
  }

  static void OnConnection(void* self, MHD_Connection* connection, void** /*state*/,
                           MHD_ConnectionNotificationCode code) {
    const MHD_ConnectionInfo* const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == nullptr) return;
    OpenConnections& connections = static_cast<HttpServer*>(self)->connections_;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      connections.Opened(info->connect_fd, Clock::now());
    } else {
      connections.Closed(info->connect_fd);
    }
  }

  // Its complaints are about clients.
  static void OnLog(void* /*self*/, const char* /*format*/, va_list /*arguments*/) {}
};

HttpServer::HttpServer(Handler handler, std::size_t reserve)
    : handler_(std::move(handler)),
      connections_(kMaxAge),
      // We make room instead of refusing one.
      listener_({std::numeric_limits<std::size_t>::max(), reserve}) {}

HttpServer::~HttpServer() { Stop(); }

absl::StatusOr<std::string> HttpServer::Start(const HostPort& address) {
  absl::StatusOr<std::string> real_address = net::OpenAddress(listener_, address);
  if (!real_address.ok()) return real_address;
  // The listener is ours: it survives any failure to accept.
  daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC, 0, nullptr, nullptr,
      &Callbacks::OnRequest, this, MHD_OPTION_EXTERNAL_LOGGER, &Callbacks::OnLog, this,
      MHD_OPTION_NOTIFY_CONNECTION, &Callbacks::OnConnection, this, MHD_OPTION_CONNECTION_LIMIT,
      static_cast<unsigned>(2 * kMaxConnections), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      kConnectionBytes, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(kMaxAge.count()), MHD_OPTION_END);
  if (daemon_ == nullptr) return absl::UnavailableError("cannot start the HTTP server");
  cutter_ = std::make_unique<Timer>("ops-cutter", Clock::now(), [this] {
    connections_.CutOld(Clock::now());
    return Clock::now() + kLookAtAges;
  });
  listener_.Start([this](int fd) { Take(fd); });
  return real_address;
}

void HttpServer::Take(int fd) {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length);
  const std::uint64_t before = connections_.opened_count();
  // Closes the socket if it fails.
  if (MHD_add_connection(daemon_, fd, reinterpret_cast<const sockaddr*>(&peer), length) !=
      MHD_YES) {
    return;
  }
  connections_.WaitForOpened(before + 1);
  // So that the next one finds a free descriptor.
  connections_.ReduceTo(kMaxConnections - 1);
}

void HttpServer::Stop() {
  listener_.Stop();
  cutter_.reset();
  if (daemon_ != nullptr) MHD_stop_daemon(std::exchange(daemon_, nullptr));
}

}  // namespace dino::ops
