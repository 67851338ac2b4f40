#ifndef DINO_SERVER_RPC_SERVER_H_
#define DINO_SERVER_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/event/limits.h"
#include "server/fanout/event_publisher.h"
#include "server/net/listener.h"
#include "server/rpc/call_limits.h"
#include "server/rpc/call_meters.h"
#include "server/rpc/call_tracker.h"
#include "server/rpc/health_service.h"
#include "server/rpc/publish_context.h"
#include "server/rpc/publish_service.h"
#include "server/tls/server_tls.h"

namespace dino::rpc {

struct ServerOptions {
  // host:port; port 0 picks a free one.
  HostPort address;
  event::Limits limits;
  Clock::duration default_deadline = std::chrono::seconds(10);
  CallLimits call_limits;
  ConnectionLimits connection_limits;
  // Threads, each with a completion queue; 0 for one per core.
  unsigned threads = 0;
  // What GetServerInfo answers. From any thread.
  std::function<v1::GetServerInfoResponse()> info = [] { return v1::GetServerInfoResponse(); };
  // Ends what is being published, and all that comes later, soon: called when `Drain` has waited
  // long enough, so that callers still get answers. From any thread.
  std::function<void()> stop_publishing = [] {};
  // Tells who calls; null: anyone may. Outlives the server.
  const auth::Authenticator* authenticator = nullptr;
  // What TLS works with, started; null: no TLS. Outlives the server.
  const tls::ServerTls* tls = nullptr;
};

// The gRPC server: publishing, health and reflection.
class Server {
 public:
  // `publisher` outlives the server. `ready` says whether calls can be served at the moment.
  Server(fanout::EventPublisher& publisher, const std::function<bool()>& ready,
         const ServerOptions& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // REQUIRES: `Drain` was called if `Start` succeeded.
  ~Server();

  // Listens. Returns the address with its real port; fails if it cannot be had.
  absl::StatusOr<std::string> Start();

  // Refuses new calls at once, lets those in progress finish, and stops, after `timeout` at the
  // latest: what has not finished shortly before is ended with what became of it. Does nothing the
  // second time.
  void Drain(std::chrono::milliseconds timeout);

  // Whether calls can be served at the moment. Thread-safe.
  bool ready() const { return health_service_.ready(); }

  // What was counted of calls.
  const CallMeters& meters() const { return meters_; }

 private:
  void Configure(grpc::ServerBuilder& builder) const;
  void Serve(grpc::ServerCompletionQueue& queue);

  // Waits until each queue has handed out what it held when this was called.
  void FlushQueues();

  const ServerOptions options_;
  CallTracker tracker_;
  CallMeters meters_;
  CallLog log_;
  PublishContext shared_;
  PublishService publish_service_;
  HealthService health_service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  // gRPC's own listener is deaf for ever once it found no file descriptor.
  net::Listener listener_;
  std::vector<std::thread> threads_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_SERVER_H_
