#ifndef DINO_SERVER_API_SERVER_H_
#define DINO_SERVER_API_SERVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/api/call_limits.h"
#include "server/api/call_log.h"
#include "server/api/event_meter.h"
#include "server/api/event_service.h"
#include "server/api/publish_context.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/event/limits.h"
#include "server/fanout/admission.h"
#include "server/fanout/event_publisher.h"
#include "server/grpc/call_meters.h"
#include "server/grpc/health.h"
#include "server/grpc/server.h"
#include "server/grpc/strangers_requests.h"
#include "server/trace/tracer.h"

namespace dino::api {

struct ServerOptions {
  // Its callbacks and its size of messages are set by the server itself.
  transport::ServerOptions transport;
  event::Limits limits;
  Clock::duration default_deadline = std::chrono::seconds(10);
  CallLimits call_limits;
  LoggedCalls logged_calls = LoggedCalls::kSampled;
  // Whether callers may ask what methods there are.
  bool reflection = true;
  // What GetServerInfo answers. From any thread.
  std::function<v1::GetServerInfoResponse()> info = [] { return v1::GetServerInfoResponse(); };
  // Ends what is being published, and all that comes later, soon: called when `Drain` has waited
  // long enough, so that callers still get answers. From any thread.
  std::function<void()> stop_publishing = [] {};
  // Tells who calls; null: anyone may. Outlives the server.
  const auth::Authenticator* authenticator = nullptr;
  // Traces calls; null: none is. Outlives the server.
  trace::Tracer* tracer = nullptr;
};

// The server that backends call: publishing, health and reflection.
class Server {
 public:
  // `publisher` and `admission`, which gives calls their room, outlive the server. `ready` says
  // whether calls can be served at the moment.
  Server(fanout::EventPublisher& publisher, fanout::Admission& admission,
         const std::function<bool()>& ready, const ServerOptions& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens. Returns the address with its real port; fails if it cannot be had.
  absl::StatusOr<std::string> Start() { return transport_.Start(); }

  // Is not ready any more, at once. After `delay` refuses new calls, lets those in progress finish,
  // and stops, `timeout` later at the latest: what has not finished shortly before is ended with
  // what became of it. Does nothing the second time. REQUIRED before its end if `Start` succeeded.
  void Drain(std::chrono::milliseconds timeout, std::chrono::milliseconds delay = {});

  // Whether calls can be served at the moment. Thread-safe.
  bool ready() const { return health_.ready(); }

  // Whether it was told to stop. Thread-safe.
  bool draining() const { return shared_.leaving; }

  // How many connections were refused, by their reasons' names. Thread-safe.
  std::vector<std::pair<std::string, std::uint64_t>> RefusedConnections() const;

  // What was counted of calls.
  const transport::CallMeters& meters() const { return meters_; }
  // The same of events.
  const EventMeter& event_meter() const { return event_meter_; }

 private:
  std::vector<transport::Method> Methods(const ServerOptions& options);
  transport::ServerOptions TransportOptions(const ServerOptions& options);
  void RefuseCalls();

  transport::CallMeters meters_;
  EventMeter event_meter_;
  CallLog log_;
  PublishContext shared_;
  EventService events_;
  transport::StrangersRequests health_requests_{std::chrono::seconds(1)};
  // Between two questions of a tool its user thinks.
  transport::StrangersRequests reflection_requests_{std::chrono::minutes(1)};
  transport::HealthService health_;
  // Last: its calls use the others.
  transport::Server transport_;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_SERVER_H_
