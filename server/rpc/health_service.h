#ifndef DINO_SERVER_RPC_HEALTH_SERVICE_H_
#define DINO_SERVER_RPC_HEALTH_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/rpc/call_meters.h"
#include "server/rpc/call_tracker.h"

namespace dino::rpc {

namespace health = ::grpc::health::v1;

// `grpc.health.v1.Health` on completion queues.
//
// The services "" and `dino.events.v1.EventPublisherService` are SERVING while `ready()` is
// true; `liveness` is SERVING as long as anybody answers. Thread-safe.
class HealthService {
 public:
  // The last two outlive it.
  HealthService(std::function<bool()> ready, CallTracker& tracker, CallMeters& meters)
      : ready_(std::move(ready)),
        tracker_(tracker),
        meters_(meters),
        timer_("health-watch", Timer::kNever, [this] {
          WakeWatchers();
          return Timer::kNever;
        }) {}
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void Register(grpc::ServerBuilder& builder) { builder.RegisterService(&service_); }

  // Waits for calls on `queue`. Once per queue, after the server has started.
  void Listen(grpc::ServerCompletionQueue& queue);

  // Ends the streams of those who watch, within a moment.
  void EndWatches() { ending_ = true; }

  bool ready() const { return ready_(); }

  // None for a service that does not exist.
  std::optional<health::HealthCheckResponse::ServingStatus> StatusOf(
      const std::string& service) const;

 private:
  class Service : public health::Health::WithRawMethod_Check<health::Health::AsyncService> {};
  class CheckCall;
  class WatchCall;

  // Has `watcher` look again after a while.
  void LookLater(WatchCall& watcher);
  void WakeWatchers();

  const std::function<bool()> ready_;
  CallTracker& tracker_;
  CallMeters& meters_;
  std::atomic<bool> ending_{false};
  Service service_;

  Mutex mutex_;
  std::vector<WatchCall*> waiting_ ABSL_GUARDED_BY(mutex_);
  // Last: it uses the others.
  Timer timer_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_HEALTH_SERVICE_H_
