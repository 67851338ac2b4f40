#include "server/api/server.h"

#include <cstddef>
#include <thread>
#include <utility>

#include "server/api/caller_check.h"
#include "server/api/event_results.h"
#include "server/api/refusal.h"
#include "server/grpc/reflection.h"
#include "server/log/log.h"

namespace dino::api {
namespace {

// Somewhat more than may be, so that who sends too much is told by us how much may be.
std::size_t MostReceivedBytes(const CallLimits& limits) {
  constexpr std::size_t kMebibyte = 1048576;
  return 2 * limits.max_request_bytes + kMebibyte;
}

}  // namespace

Server::Server(fanout::EventPublisher& publisher, fanout::Admission& admission,
               const std::function<bool()>& ready, const ServerOptions& options)
    : meters_(RefusalReasons()),
      event_meter_(EventNames()),
      log_(options.logged_calls),
      shared_{publisher,
              admission,
              meters_,
              event_meter_,
              log_,
              options.limits,
              options.call_limits,
              options.default_deadline,
              options.info,
              options.authenticator,
              options.tracer},
      events_(shared_),
      health_(health_requests_, kServiceName,
              [this, ready] { return !shared_.leaving && ready(); }),
      transport_(Methods(options), meters_, TransportOptions(options)) {}

std::vector<transport::Method> Server::Methods(const ServerOptions& options) {
  std::vector<transport::Method> methods = events_.Methods();
  const auto add = [&methods](std::vector<transport::Method> others) {
    for (transport::Method& each : others) methods.push_back(std::move(each));
  };
  add(health_.Methods());
  if (!options.reflection) return methods;
  add(transport::ReflectionMethods(
      {kServiceName, transport::HealthService::kName},
      [this](transport::Call& call) {
        CallOrigin origin{"ServerReflectionInfo", {}, nullptr, &call};
        const grpc::Status error = IdentifyCaller(shared_, call, origin);
        if (!error.ok()) NoteRefusal(shared_, origin, error);
        return error;
      },
      reflection_requests_));
  return methods;
}

transport::ServerOptions Server::TransportOptions(const ServerOptions& options) {
  transport::ServerOptions transport = options.transport;
  transport.max_message_bytes = MostReceivedBytes(options.call_limits);
  transport.refuse_calls = [this] { RefuseCalls(); };
  transport.end_calls = options.stop_publishing;
  return transport;
}

void Server::Drain(std::chrono::milliseconds timeout, std::chrono::milliseconds delay) {
  if (!shared_.leaving.exchange(true) && delay > delay.zero()) {
    const std::chrono::duration<double> seconds = delay;
    log::Info("no longer ready", {{"drains_in_seconds", seconds.count()}});
    std::this_thread::sleep_for(delay);
  }
  transport_.Drain(timeout);
}

std::vector<std::pair<std::string, std::uint64_t>> Server::RefusedConnections() const {
  return transport_.RefusedConnections();
}

void Server::RefuseCalls() {
  shared_.draining = true;
  // Whoever reads this may rely on it that calls are refused.
  log::Info("draining");
  health_.EndWatches();
  reflection_requests_.EndAll();
  events_.EndStreams();
}

}  // namespace dino::api
