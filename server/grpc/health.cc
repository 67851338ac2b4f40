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

// What both calls have in common: their request.
class HealthService::HealthCall : public Handler {
 public:
  HealthCall(HealthService& owner, Call& call) : owner_(owner), call_(call) {}

  void OnBegin() final { owner_.requests_.Read(call_); }

  void OnMessage(const Message& message) final {
    if (!owner_.requests_.EndWait(call_)) return;
    health::HealthCheckRequest request;
    message.Parse(request) ? Answer(request) : call_.Finish(BadRequest());
  }

  void OnNoMessage() final {
    if (owner_.requests_.EndWait(call_)) call_.Finish(BadRequest());
  }

 protected:
  virtual void Answer(const health::HealthCheckRequest& request) = 0;

  HealthService& owner() const { return owner_; }
  Call& call() const { return call_; }

 private:
  HealthService& owner_;
  Call& call_;
};

class HealthService::CheckCall final : public HealthCall {
 public:
  using HealthCall::HealthCall;

 private:
  void Answer(const health::HealthCheckRequest& request) override {
    const auto status = owner().StatusOf(request.service());
    if (!status.has_value()) {
      return call().Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
    }
    health::HealthCheckResponse response;
    response.set_status(*status);
    call().Finish(Message(response));
  }
};

// One stream: looks at the status again and again, and writes when it has changed. It either
// writes, or waits for its next look and is held for that, so there is always one who goes on.
class HealthService::WatchCall final : public HealthCall {
 public:
  using HealthCall::HealthCall;

  void OnWritten(bool ok) override {
    if (!ok) over_ = true;
    Look();
  }

  // The next look comes soon enough.
  void OnCancelled() override { over_ = true; }

  // After a while; on the timer's thread.
  void LookAgain() {
    Look();
    call().Release();
  }

 private:
  void Answer(const health::HealthCheckRequest& request) override {
    {
      const MutexLock lock(mutex_);
      service_ = request.service();
    }
    Look();
  }

  void Look() {
    const MutexLock lock(mutex_);
    if (over_) return call().Finish(grpc::Status::CANCELLED);
    if (owner().ending_) {
      return call().Finish(
          grpc::Status(grpc::StatusCode::UNAVAILABLE, "this server is shutting down"));
    }
    const auto status =
        owner().StatusOf(service_).value_or(health::HealthCheckResponse::SERVICE_UNKNOWN);
    if (status == last_) {
      call().Hold();
      return owner().LookLater(*this);
    }
    last_ = status;
    health::HealthCheckResponse response;
    response.set_status(status);
    call().Write(Message(response), /*more=*/false);
  }

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
