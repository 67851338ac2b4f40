#ifndef DINO_SERVER_OPS_HTTP_SERVER_H_
#define DINO_SERVER_OPS_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/host_port.h"
#include "server/base/timer.h"
#include "server/net/listener.h"
#include "server/ops/open_connections.h"

struct MHD_Daemon;

namespace dino::ops {

inline constexpr char kPlainText[] = "text/plain; charset=utf-8";

struct HttpResponse {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// A small HTTP/1.1 server for the process's operators. It answers GET and HEAD, one request per
// connection, on a thread of its own; a slow client delays no other. Connections are limited in
// number, in the size of the request's head, and in age. Where too many are open the oldest is cut:
// a request that is complete is answered at once, so that is a slow one. Not thread-safe.
class HttpServer {
 public:
  // How many connections are open at a time.
  static constexpr std::size_t kMaxConnections = 64;

  // Responds to a request for a path, given without the query. Called on the server's thread.
  using Handler = std::function<HttpResponse(std::string_view path)>;

  // Leaves `reserve` of the process's file descriptors for other uses.
  explicit HttpServer(Handler handler, std::size_t reserve = 16);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Stops if still running.
  ~HttpServer();

  // Listens; port 0 picks a free one. Returns the address with its actual port; fails if it cannot
  // be opened.
  absl::StatusOr<std::string> Start(const HostPort& address);

  // Cuts all connections and stops listening.
  void Stop();

 private:
  struct Callbacks;

  void Take(int fd);

  const Handler handler_;
  OpenConnections connections_;
  net::Listener listener_;
  MHD_Daemon* daemon_ = nullptr;
  std::unique_ptr<Timer> cutter_;
};

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_HTTP_SERVER_H_
