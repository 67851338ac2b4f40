#ifndef DINO_SERVER_GRPC_HEALTH_H_
#define DINO_SERVER_GRPC_HEALTH_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.pb.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/grpc/call.h"
#include "server/grpc/strangers_requests.h"

namespace dino::transport {

namespace health = ::grpc::health::v1;

// `grpc.health.v1.Health`.
//
// The services "" and `service` are SERVING while `ready()` is true; `liveness` is SERVING as long
// as anybody answers. Thread-safe.
class HealthService {
 public:
  static constexpr char kName[] = "grpc.health.v1.Health";

  // `requests`, which outlives it, has those of its calls: anybody may ask.
  HealthService(StrangersRequests& requests, std::string service, std::function<bool()> ready)
      : requests_(requests),
        service_(std::move(service)),
        ready_(std::move(ready)),
        timer_("health-watch", Timer::kNever, [this] {
          WakeWatchers();
          return Timer::kNever;
        }) {}
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // Its methods; it outlives their calls.
  std::vector<Method> Methods();

  // Ends the streams of those who watch, within a moment.
  void EndWatches() { ending_ = true; }

  bool ready() const { return ready_(); }

  // None for a service that does not exist.
  std::optional<health::HealthCheckResponse::ServingStatus> StatusOf(
      const std::string& service) const;

 private:
  class HealthCall;
  class CheckCall;
  class WatchCall;

  // Has `watcher` look again after a while.
  void LookLater(WatchCall& watcher);
  void WakeWatchers();

  StrangersRequests& requests_;
  const std::string service_;
  const std::function<bool()> ready_;
  std::atomic<bool> ending_{false};

  Mutex mutex_;
  std::vector<WatchCall*> waiting_ ABSL_GUARDED_BY(mutex_);
  // Last: it uses the others.
  Timer timer_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_HEALTH_H_
