#ifndef DINO_SERVER_GRPC_SERVER_H_
#define DINO_SERVER_GRPC_SERVER_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/address_ranges.h"
#include "server/base/host_port.h"
#include "server/base/shared_places.h"
#include "server/grpc/call.h"
#include "server/grpc/call_meters.h"
#include "server/grpc/call_tracker.h"
#include "server/grpc/connections.h"
#include "server/grpc/method_table.h"
#include "server/grpc/server_call.h"
#include "server/net/listener.h"
#include "server/tls/server_tls.h"

namespace dino::transport {

// What the connections of callers may be.
struct ConnectionLimits {
  std::size_t max_connections = 4096;
  // Calls in progress of one connection; a caller holds back those beyond it.
  std::size_t max_calls = 1000;
  // Answers that were not read to calls that hold no room of their caller's: rejected ones, and
  // health checks. And streams that anybody may have: health watches and reflection.
  std::size_t max_unread_answers = 4000;
  std::size_t max_watches = 1000;
  // Of one call.
  std::size_t max_metadata_bytes = 8192;
  // When a client is told to open another connection, give or take a tenth; and for how long the
  // calls of the old one may then go on before it is cut.
  std::chrono::milliseconds max_age = std::chrono::minutes(5);
  std::chrono::milliseconds max_grace = std::chrono::minutes(1);
  // Who pings more often than that is sent away.
  std::chrono::milliseconds min_ping_interval = std::chrono::seconds(5);
  // For how long there may be no call.
  std::chrono::milliseconds max_idle = std::chrono::minutes(2);
  // Of requests that are still arriving, over all connections; beyond it some are cut off.
  std::size_t max_receiving_bytes = 201326592;
  // How many file descriptors must be left to others.
  std::size_t spare_descriptors = 16;
};

struct ServerOptions {
  // host:port; port 0 picks a free one.
  HostPort address;
  ConnectionLimits connection_limits;
  // Who speaks for others, and is believed for whom: such a call counts to the address in its
  // metadata `x-forwarded-for`, else to its connection alone.
  AddressRanges proxies;
  // What the library takes of a message before it ends the call itself.
  std::size_t max_message_bytes = 4194304;
  // Threads, each with a completion queue; 0 for one per core.
  unsigned threads = 0;
  // Has new calls refused, and streams end. From any thread.
  std::function<void()> refuse_calls = [] {};
  // Ends what is in progress, and all that comes later, soon: called when `Drain` has waited
  // long enough, so that callers still get answers. From any thread.
  std::function<void()> end_calls = [] {};
  // What TLS works with, started; null: no TLS. Outlives the server.
  const tls::ServerTls* tls = nullptr;
};

// A gRPC server for methods that it knows by their names only.
class Server {
 public:
  // `meters` outlives it.
  Server(std::vector<Method> methods, CallMeters& meters, ServerOptions options);
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

  // How many connections were refused, by their reasons' names. Thread-safe.
  std::vector<std::pair<std::string, std::uint64_t>> RefusedConnections() const;

 private:
  void Configure(grpc::ServerBuilder& builder) const;
  void Serve(grpc::ServerCompletionQueue& queue);

  // Waits until each queue has handed out what it held when this was called.
  void FlushQueues();

  const ServerOptions options_;
  const MethodTable methods_;
  CallTracker tracker_;
  grpc::AsyncGenericService service_;
  Connections connections_;
  SharedPlaces answers_;
  SharedPlaces watches_;
  const CallContext calls_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  // gRPC's own listener is deaf for ever once it found no file descriptor.
  net::Listener listener_;
  std::vector<std::thread> threads_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_SERVER_H_
