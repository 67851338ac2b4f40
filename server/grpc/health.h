#ifndef DINO_SERVER_GRPC_HEALTH_H_
#define DINO_SERVER_GRPC_HEALTH_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/grpc/call.h"

namespace dino::transport {

namespace health = ::grpc::health::v1;

// `grpc.health.v1.Health`.
//
// The services "" and `service` are SERVING while `ready()` is true; `liveness` is SERVING as long
// as anybody answers. Thread-safe.
class HealthService {
 public:
  static constexpr char kName[] = "grpc.health.v1.Health";
  // Anybody may ask, so that what a request may take is bounded: it must have come by then, and of
  // so many under way the oldest gives way to the next one.
  static constexpr std::chrono::seconds kLongestRequest{1};
  static constexpr std::size_t kMostRequests = 16;

  HealthService(std::string service, std::function<bool()> ready)
      : service_(std::move(service)),
        ready_(std::move(ready)),
        timer_("health-watch", Timer::kNever,
               [this] {
                 WakeWatchers();
                 return Timer::kNever;
               }),
        request_timer_("health-requests", Timer::kNever, [this] { return EndOverdue(); }) {}
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
  struct Awaited {
    Clock::time_point until;
    HealthCall* call = nullptr;
  };

  // The call asks for its request, and has it or will get none: false if it was ended before.
  void Await(HealthCall& call);
  bool EndWait(HealthCall& call);
  // Returns when the next one is overdue.
  Clock::time_point EndOverdue();

  // Has `watcher` look again after a while.
  void LookLater(WatchCall& watcher);
  void WakeWatchers();

  const std::string service_;
  const std::function<bool()> ready_;
  std::atomic<bool> ending_{false};

  Mutex mutex_;
  std::vector<WatchCall*> waiting_ ABSL_GUARDED_BY(mutex_);
  // In the order in which they have come.
  std::list<Awaited> awaited_ ABSL_GUARDED_BY(mutex_);
  // Last: they use the others.
  Timer timer_;
  Timer request_timer_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_HEALTH_H_
