#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/alarm.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/rpc/tag.h"
#include "server/rpc/tls_credentials.h"

namespace dino::rpc {
namespace {

constexpr int kMaxMetadataBytes = 8192;
constexpr int kMaxConcurrentStreams = 1000;
constexpr int kKeepAliveMs = 30000;
constexpr int kKeepAliveTimeoutMs = 10000;
constexpr int kShortestPingIntervalMs = 10000;
constexpr int kHandshakeTimeoutMs = 5000;

// For how long typed refusals are given before connections are told to go away.
constexpr std::chrono::milliseconds kRefusalTime{100};

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

// The largest request within the limits: two lists of 8-byte IDs with some air around, the
// payload, and the smaller fields. At least 1 MiB, so that a request that breaks a limit by
// far is still told which one.
int MaxRequestBytes(const event::Limits& limits) {
  constexpr std::size_t kLeast = 1048576;
  constexpr std::size_t kSmallFields = 16384;
  constexpr std::size_t kBytesPerRecipient = 32;
  return static_cast<int>(std::max(kLeast, limits.max_payload_bytes + kSmallFields +
                                               kBytesPerRecipient * limits.max_recipients));
}

}  // namespace

Server::Server(fanout::Fanout& fanout, const std::function<bool()>& ready,
               const ServerOptions& options)
    : options_(options),
      shared_{fanout,         tracker_,
              options.limits, options.default_deadline,
              options.info,   options.authenticator},
      publish_service_(shared_),
      health_service_([this, ready] { return !shared_.draining && ready(); }, tracker_),
      listener_(options.spare_descriptors) {}

Server::~Server() = default;

void Server::Configure(grpc::ServerBuilder& builder) const {
  builder.SetMaxReceiveMessageSize(MaxRequestBytes(options_.limits));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kShortestPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  // Spreads callers over servers anew, and is what ends requests that never become whole.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(options_.max_connection_age.count()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>(options_.max_connection_grace.count()));
  // Else one client that begins many large requests and ends none takes all memory.
  grpc::ResourceQuota quota("requests");
  quota.Resize(options_.max_receiving_bytes);
  builder.SetResourceQuota(quota);
  // A window that grows would let a stream's caller send megabytes ahead of what we read.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  // Two servers on one port would share its calls by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

absl::StatusOr<std::string> Server::Start() {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  Configure(builder);
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options_.tls == nullptr ? grpc::InsecureServerCredentials() : TlsCredentials(*options_.tls));
  publish_service_.Register(builder);
  health_service_.Register(builder);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned count = options_.threads == 0 ? cores : options_.threads;
  for (unsigned i = 0; i < count; ++i) queues_.push_back(builder.AddCompletionQueue());
  const absl::StatusOr<std::uint16_t> port = listener_.Open(options_.address);
  if (!port.ok()) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.address, ": ", port.status().message()));
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::UnavailableError("cannot start gRPC");
  for (const auto& queue : queues_) {
    publish_service_.Listen(*queue);
    health_service_.Listen(*queue);
    threads_.emplace_back([this, &queue = *queue] { Serve(queue); });
  }
  listener_.Start([acceptor = std::shared_ptr(std::move(acceptor))](int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    acceptor->HandleNewConnection(&connection);
  });
  const std::size_t colon = options_.address.rfind(':');
  return absl::StrCat(options_.address.substr(0, colon), ":", *port);
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
  shared_.draining = true;
  // Whoever reads this may rely on it that calls are refused.
  log::Info("draining");
  health_service_.EndWatches();
  publish_service_.EndStreams();
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
  tracker_.WaitForNone(timeout);
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

}  // namespace dino::rpc
