#include "server/rpc/health_service.h"

#include <grpcpp/alarm.h>

#include <chrono>
#include <vector>

#include "server/base/clock.h"
#include "server/rpc/tag.h"
#include "server/rpc/unary_call.h"

namespace dino::rpc {
namespace {

constexpr char kServiceName[] = "dino.events.v1.EventPublisherService";
constexpr char kLiveness[] = "liveness";

// How soon a watcher hears of a change.
constexpr std::chrono::milliseconds kWatchInterval{200};

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::Slice slice;
  return bytes.Valid() && bytes.DumpToSingleSlice(&slice).ok() &&
         message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

}  // namespace

std::optional<health::HealthCheckResponse::ServingStatus> HealthService::StatusOf(
    const std::string& service) const {
  if (service == kLiveness) return health::HealthCheckResponse::SERVING;
  if (!service.empty() && service != kServiceName) return std::nullopt;
  return ready_() ? health::HealthCheckResponse::SERVING : health::HealthCheckResponse::NOT_SERVING;
}

class HealthService::CheckCall final : public UnaryCall {
 public:
  CheckCall(HealthService& owner, grpc::ServerCompletionQueue& queue)
      : UnaryCall(owner.tracker_, owner.meters_.Of("Check")), owner_(owner), queue_(queue) {}

 private:
  void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request, Responder& responder,
                     void* tag) override {
    owner_.service_.RequestCheck(&context, &request, &responder, &queue_, &queue_, tag);
  }

  UnaryCall* Next() const override { return new CheckCall(owner_, queue_); }

  void Handle(const grpc::ByteBuffer& bytes) override {
    health::HealthCheckRequest request;
    if (!Parse(bytes, request)) {
      Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not a HealthCheckRequest"));
      return;
    }
    const auto status = owner_.StatusOf(request.service());
    if (!status.has_value()) {
      Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "unknown service"));
      return;
    }
    health::HealthCheckResponse response;
    response.set_status(*status);
    Finish(Serialize(response));
  }

  HealthService& owner_;
  grpc::ServerCompletionQueue& queue_;
};

// One stream: looks at the status again and again, and writes when it has changed. There is
// always exactly one operation under way, so the last one may delete the call; the notice that
// the call is over comes beside it.
class HealthService::WatchCall final {
 public:
  WatchCall(HealthService& owner, grpc::ServerCompletionQueue& queue)
      : owner_(owner),
        meter_(owner.meters_.Of("Watch")),
        queue_(queue),
        writer_(&context_),
        arrived_(*this, &WatchCall::OnArrived),
        looked_(*this, &WatchCall::OnLook),
        finished_(*this, &WatchCall::OnFinished),
        done_(*this, &WatchCall::OnDone) {}
  WatchCall(const WatchCall&) = delete;
  WatchCall& operator=(const WatchCall&) = delete;

  // Has it look again, on its queue's thread. From any thread, while it waits for that.
  void Wake() { alarm_.Set(&queue_, AtOnce(), static_cast<Tag*>(&looked_)); }

  void Listen() {
    context_.AsyncNotifyWhenDone(static_cast<Tag*>(&done_));
    owner_.service_.RequestWatch(&context_, &request_, &writer_, &queue_, &queue_,
                                 static_cast<Tag*>(&arrived_));
  }

 private:
  void OnArrived(bool ok) {
    if (!ok) {
      delete this;
      return;
    }
    owner_.tracker_.Begin();
    arrived_at_ = Clock::now();
    meter_.Started();
    meter_.Received();
    (new WatchCall(owner_, queue_))->Listen();
    OnLook(true);
  }

  // After a write, or after the time between two looks.
  void OnLook(bool ok) {
    if (!ok || over_) {
      Finish(grpc::Status::CANCELLED);
    } else if (owner_.ending_) {
      Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "this server is shutting down"));
    } else {
      WriteIfChanged();
    }
  }

  void WriteIfChanged() {
    const auto status =
        owner_.StatusOf(request_.service()).value_or(health::HealthCheckResponse::SERVICE_UNKNOWN);
    if (status == last_) {
      owner_.LookLater(*this);
      return;
    }
    last_ = status;
    health::HealthCheckResponse response;
    response.set_status(status);
    meter_.Sent();
    writer_.Write(response, static_cast<Tag*>(&looked_));
  }

  void Finish(const grpc::Status& status) {
    meter_.Handled(status.error_code(), Clock::now() - arrived_at_);
    writer_.Finish(status, static_cast<Tag*>(&finished_));
  }

  void OnFinished(bool /*ok*/) { EndIfLast(); }

  void OnDone(bool /*ok*/) {
    over_ = true;
    // The next look comes soon enough.
    EndIfLast();
  }

  void EndIfLast() {
    if (--pending_events_ > 0) return;
    CallTracker& tracker = owner_.tracker_;
    delete this;
    tracker.End();
  }

  HealthService& owner_;
  MethodMeter& meter_;
  Clock::time_point arrived_at_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  health::HealthCheckRequest request_;
  grpc::ServerAsyncWriter<health::HealthCheckResponse> writer_;
  MemberTag<WatchCall> arrived_;
  MemberTag<WatchCall> looked_;
  MemberTag<WatchCall> finished_;
  MemberTag<WatchCall> done_;
  grpc::Alarm alarm_;
  bool over_ = false;
  std::optional<health::HealthCheckResponse::ServingStatus> last_;
  // Still to come: the answer is sent, the call is over.
  int pending_events_ = 2;
};

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
  for (WatchCall* watcher : watchers) watcher->Wake();
}

void HealthService::Listen(grpc::ServerCompletionQueue& queue) {
  (new CheckCall(*this, queue))->Listen();
  (new WatchCall(*this, queue))->Listen();
}

}  // namespace dino::rpc
