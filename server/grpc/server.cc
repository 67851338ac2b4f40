#include "server/grpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/alarm.h>
#include <grpcpp/resource_quota.h>
#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <utility>

#include "absl/status/status.h"
#include "server/grpc/tag.h"
#include "server/grpc/tls_credentials.h"

namespace dino::transport {
namespace {

constexpr std::chrono::milliseconds kKeepAlive{30000};
constexpr std::chrono::milliseconds kKeepAliveTimeout{10000};
constexpr std::chrono::milliseconds kHandshakeTimeout{5000};

// Of each queue, for the next calls: so many may begin at a time without a detour.
constexpr int kWaitingCalls = 8;

// For how long typed refusals are given before connections are told to go away.
constexpr std::chrono::milliseconds kRefusalTime{100};
// Before the end of a drain, for answers to what has not finished.
constexpr std::chrono::milliseconds kAnsweringTime{500};

// How often connections are cut that came up meanwhile.
constexpr std::chrono::milliseconds kCutInterval{100};

// Goes through a queue, and can be waited for.
class Marker final : public Tag {
 public:
  explicit Marker(grpc::ServerCompletionQueue& queue) {
    alarm_.Set(&queue, AtOnce(), static_cast<Tag*>(this));
  }

  void OnEvent(bool /*ok*/) override { passed_.set_value(); }
  void Wait() { passed_.get_future().wait(); }

 private:
  grpc::Alarm alarm_;
  std::promise<void> passed_;
};

void SetNumber(grpc::ServerBuilder& builder, const char* name, std::size_t value) {
  builder.AddChannelArgument(name, static_cast<int>(value));
}

void SetTime(grpc::ServerBuilder& builder, const char* name, std::chrono::milliseconds value) {
  builder.AddChannelArgument(name, static_cast<int>(value.count()));
}

// The library sends each connection away up to so much earlier or later than at its age, and cuts
// it after its grace.
std::chrono::milliseconds Jitter(const ConnectionLimits& limits) { return limits.max_age / 10; }

// By then every connection of that age was sent away. A stream needs most of the grace to answer
// what it has begun.
Clock::duration StreamAge(const ConnectionLimits& limits) {
  return limits.max_age + Jitter(limits) + limits.max_grace / 4;
}

// Those that were sent away first are cut after the grace of the last.
std::chrono::milliseconds Grace(const ConnectionLimits& limits) {
  return limits.max_grace + 2 * Jitter(limits);
}

net::ListenerLimits ListenerLimitsOf(const ServerOptions& options, const Connections& connections) {
  net::ListenerLimits limits{options.connection_limits.max_connections,
                             options.connection_limits.spare_descriptors};
  limits.proxies = options.proxies;
  limits.is_known = [&connections](int fd) { return connections.IsKnown(fd); };
  return limits;
}

}  // namespace

Server::Server(std::vector<Method> methods, CallMeters& meters, ServerOptions options)
    : options_(std::move(options)),
      methods_(std::move(methods), meters),
      answers_(options_.connection_limits.max_unread_answers),
      watches_(options_.connection_limits.max_watches),
      calls_{service_,         methods_, connections_, StreamAge(options_.connection_limits),
             options_.proxies, answers_, watches_,     tracker_},
      listener_(ListenerLimitsOf(options_, connections_)) {}

Server::~Server() = default;

void Server::Configure(grpc::ServerBuilder& builder) const {
  const ConnectionLimits& limits = options_.connection_limits;
  builder.SetMaxReceiveMessageSize(static_cast<int>(options_.max_message_bytes));
  // What is small on the wire may be any size when inflated, before anybody has looked at it.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
#ifdef GRPC_ARG_ABSOLUTE_MAX_METADATA_SIZE
  // The library refuses from the second on, and between the two at random.
  SetNumber(builder, GRPC_ARG_MAX_METADATA_SIZE, limits.max_metadata_bytes + 1);
  SetNumber(builder, GRPC_ARG_ABSOLUTE_MAX_METADATA_SIZE, limits.max_metadata_bytes + 1);
#else
  SetNumber(builder, GRPC_ARG_MAX_METADATA_SIZE, limits.max_metadata_bytes);
#endif
  SetNumber(builder, GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.max_calls);
  // Later versions count a call until we have let go of it, and so would refuse clients that begin
  // another one as soon as they have its answer.
  SetNumber(builder, "grpc.http.overload_protection", 0);
  SetTime(builder, GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAlive);
  SetTime(builder, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeout);
  SetTime(builder, GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, limits.min_ping_interval);
  // Also between calls.
  SetNumber(builder, GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  SetTime(builder, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeout);
  SetTime(builder, GRPC_ARG_MAX_CONNECTION_IDLE_MS, limits.max_idle);
  // Spreads callers over servers anew, and is what ends requests that never become whole.
  SetTime(builder, GRPC_ARG_MAX_CONNECTION_AGE_MS, limits.max_age);
  SetTime(builder, GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Grace(limits));
  // Else one client that begins many large requests and ends none takes all memory.
  grpc::ResourceQuota quota("requests");
  quota.Resize(limits.max_receiving_bytes);
  builder.SetResourceQuota(quota);
  // A window that grows would let a stream's caller send megabytes ahead of what we read.
  SetNumber(builder, GRPC_ARG_HTTP2_BDP_PROBE, 0);
  // Two servers on one port would share its calls by chance.
  SetNumber(builder, GRPC_ARG_ALLOW_REUSEPORT, 0);
}

absl::StatusOr<std::string> Server::Start() {
  grpc::ServerBuilder builder;
  Configure(builder);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options_.tls == nullptr ? grpc::InsecureServerCredentials() : TlsCredentials(*options_.tls));
  builder.RegisterAsyncGenericService(&service_);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = options_.threads == 0 ? cores : options_.threads;
  for (unsigned i = 0; i < count; ++i) queues_.push_back(builder.AddCompletionQueue());
  absl::StatusOr<std::string> address = net::OpenAddress(listener_, options_.address);
  if (!address.ok()) return address;
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::UnavailableError("cannot start gRPC");
  for (const auto& queue : queues_) {
    for (int i = 0; i < kWaitingCalls; ++i) ServerCall::Listen(calls_, *queue);
    threads_.emplace_back([this, &queue = *queue] { Serve(queue); });
  }
  listener_.Start([this, acceptor = std::shared_ptr(std::move(acceptor))](int fd) {
    connections_.Accepted(fd);
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    // Newer versions drop a connection that no listener has accepted.
    connection.listener_fd = listener_.fd();
    connection.fd = fd;
    acceptor->HandleNewConnection(&connection);
  });
  return address;
}

void Server::Serve(grpc::ServerCompletionQueue& queue) {
  pthread_setname_np(pthread_self(), "grpc-queue");
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) static_cast<Tag*>(tag)->OnEvent(ok);
}

void Server::FlushQueues() {
  // Queues are first in, first out.
  std::vector<std::unique_ptr<Marker>> markers;
  for (const auto& queue : queues_) markers.push_back(std::make_unique<Marker>(*queue));
  for (const auto& marker : markers) marker->Wait();
}

void Server::Drain(std::chrono::milliseconds timeout) {
  if (server_ == nullptr) return;
  options_.refuse_calls();
  std::this_thread::sleep_for(std::min(kRefusalTime, timeout));
  listener_.Stop();
  // Tells every connection to go away, and returns when they have gone. A client that does not
  // listen would keep its connection to the end of the timeout, so connections are cut as soon
  // as no call is left.
  const auto shutdown =
      std::async(std::launch::async, [this, deadline = std::chrono::system_clock::now() + timeout] {
        server_->Shutdown(deadline);
      });
  // The library's own deadline is too late if the wall clock is set back meanwhile.
  const std::chrono::milliseconds answering = std::min(kAnsweringTime, timeout / 2);
  if (!tracker_.WaitForNone(timeout - answering)) {
    options_.end_calls();
    tracker_.WaitForNone(answering);
  }
  do {
    grpc_server_cancel_all_calls(server_->c_server());
  } while (shutdown.wait_for(kCutInterval) != std::future_status::ready);
  // The library has ended every call, but we may not have heard of it, nor even of its
  // beginning.
  FlushQueues();
  tracker_.WaitForNone();
  for (const auto& queue : queues_) queue->Shutdown();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  server_.reset();
}

std::vector<std::pair<std::string, std::uint64_t>> Server::RefusedConnections() const {
  std::vector<std::pair<std::string, std::uint64_t>> refused;
  for (std::size_t i = 0; i < net::kRefusalNames.size(); ++i) {
    refused.emplace_back(net::kRefusalNames.at(i), listener_.refused(static_cast<net::Refusal>(i)));
  }
  return refused;
}

}  // namespace dino::transport
