#include "server/grpc/health.h"

#include <chrono>
#include <memory>

#include "server/base/clock.h"

namespace dino::transport {
namespace {

constexpr char kLiveness[] = "liveness";

// How soon a watcher hears of a change.
constexpr std::chrono::milliseconds kWatchInterval{200};

grpc::Status BadRequest() {
  return {grpc::StatusCode::INVALID_ARGUMENT, "the call needs a HealthCheckRequest"};
}

}  // namespace

std::optional<health::HealthCheckResponse::ServingStatus> HealthService::StatusOf(
    const std::string& service) const {
  if (service == kLiveness) return health::HealthCheckResponse::SERVING;
  if (!service.empty() && service != service_) return std::nullopt;
  return ready_() ? health::HealthCheckResponse::SERVING : health::HealthCheckResponse::NOT_SERVING;
}

class HealthService::CheckCall final : public Handler {
 public:
  CheckCall(HealthService& owner, Call& call) : owner_(owner), call_(call) {}

  void OnBegin() override { call_.Read(); }

  void OnMessage(const Message& message) override {
    health::HealthCheckRequest request;
    if (!message.Parse(request)) return call_.Finish(BadRequest());
    const auto status = owner_.StatusOf(request.service());
    if (!status.has_value()) {
      return call_.Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
    }
    health::HealthCheckResponse response;
    response.set_status(*status);
    call_.Finish(Message(response));
  }

  void OnNoMessage() override { call_.Finish(BadRequest()); }

 private:
  HealthService& owner_;
  Call& call_;
};

// One stream: looks at the status again and again, and writes when it has changed. It either
// writes, or waits for its next look and is held for that, so there is always one who goes on.
class HealthService::WatchCall final : public Handler {
 public:
  WatchCall(HealthService& owner, Call& call) : owner_(owner), call_(call) {}

  void OnBegin() override { call_.Read(); }

  void OnMessage(const Message& message) override {
    health::HealthCheckRequest request;
    if (!message.Parse(request)) return call_.Finish(BadRequest());
    {
      const MutexLock lock(mutex_);
      service_ = request.service();
    }
    Look();
  }

  void OnNoMessage() override { call_.Finish(BadRequest()); }

  void OnWritten(bool ok) override {
    if (!ok) over_ = true;
    Look();
  }

  // The next look comes soon enough.
  void OnCancelled() override { over_ = true; }

  // After a while; on the timer's thread.
  void LookAgain() {
    Look();
    call_.Release();
  }

 private:
  void Look() {
    const MutexLock lock(mutex_);
    if (over_) return call_.Finish(grpc::Status::CANCELLED);
    if (owner_.ending_) {
      return call_.Finish(
          grpc::Status(grpc::StatusCode::UNAVAILABLE, "this server is shutting down"));
    }
    const auto status =
        owner_.StatusOf(service_).value_or(health::HealthCheckResponse::SERVICE_UNKNOWN);
    if (status == last_) {
      call_.Hold();
      return owner_.LookLater(*this);
    }
    last_ = status;
    health::HealthCheckResponse response;
    response.set_status(status);
    call_.Write(Message(response), /*more=*/false);
  }

  HealthService& owner_;
  Call& call_;
  std::atomic<bool> over_{false};
  Mutex mutex_;
  std::string service_ ABSL_GUARDED_BY(mutex_);
  std::optional<health::HealthCheckResponse::ServingStatus> last_ ABSL_GUARDED_BY(mutex_);
};

std::vector<Method> HealthService::Methods() {
  return {{kName, "Check", Method::Type::kUnary, Method::Bound::kAnswers,
           [this](Call& call) { return std::make_unique<CheckCall>(*this, call); }},
          {kName, "Watch", Method::Type::kServerStream, Method::Bound::kWatches,
           [this](Call& call) { return std::make_unique<WatchCall>(*this, call); }}};
}

void HealthService::LookLater(WatchCall& watcher) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(&watcher);
  }
  timer_.CallBy(Clock::now() + kWatchInterval);
}

void HealthService::WakeWatchers() {
  std::vector<WatchCall*> watchers;
  {
    const MutexLock lock(mutex_);
    watchers.swap(waiting_);
  }
  for (WatchCall* watcher : watchers) watcher->LookAgain();
}

}  // namespace dino::transport
