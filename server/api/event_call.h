#ifndef DINO_SERVER_API_EVENT_CALL_H_
#define DINO_SERVER_API_EVENT_CALL_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/types/span.h"
#include "dino/events/v1/delivery.pb.h"
#include "server/api/call_log.h"
#include "server/api/event_draft.h"
#include "server/api/publish_context.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/fanout/call_result.h"
#include "server/fanout/event_publisher.h"

namespace dino::api {

// Publishes one event and says what became of it, in the terms of the API: the same for an event
// that has a call of its own and for one of many.
class EventCall {
 public:
  // `status` is OK if there is a delivery.
  using DoneFunction = std::function<void(const grpc::Status& status, v1::Delivery delivery)>;

  // `shared` outlives it; it lives until `done` was called.
  explicit EventCall(PublishContext& shared) : shared_(shared) {}
  EventCall(const EventCall&) = delete;
  EventCall& operator=(const EventCall&) = delete;

  // Publishes, or only checks if the draft says so. `done` is called once, maybe before this
  // returns, maybe on another thread. What becomes of it is logged. `origin` outlives it, and does
  // not change.
  void Start(EventDraft draft, Clock::time_point deadline, const CallOrigin& origin,
             DoneFunction done);

  // Ends it early; `done` follows soon. On the thread of `Start`, after it.
  void Stop();

 private:
  // Whether the caller may publish this, and so much now, as an answer if not.
  grpc::Status CheckRights(const EventDraft& draft) const;
  // Gives the event its ID, and what earlier attempts have done. False if its resume token is
  // wrong.
  bool Identify(const EventDraft& draft, fanout::Event& event) const;
  void Publish(fanout::Event event);
  // It is stopped no more, and what it was is not kept until its answer is read.
  void Forget();
  void Validate(const fanout::Event& event);
  void OnEnded(const fanout::CallResult& result);
  // It was within its caller's rates, but cannot be published.
  void NotAdmitted(const fanout::Refusal& refusal);
  // Nothing of it is published.
  void Refuse(const grpc::Status& error);
  void Fail(const grpc::Status& error, const CallEnd& end,
            absl::Span<const fanout::BrokerShare> shares = {});
  // Counts those whom a published event did not reach, of which `error` is the answer.
  void CountFailed(const fanout::CallResult& result, const grpc::Status& error);
  // The answer to an event that did not reach every recipient.
  grpc::Status ErrorOf(const fanout::CallResult& result, Clock::time_point now) const;
  // The caller has gone before time was up: nobody hears any more what the answer would be.
  bool WasGivenUp(Clock::time_point now) const;
  // It was ended because the server stops.
  bool WasEndedByShutdown(Clock::time_point now) const;
  // For the log: it ends now.
  CallEnd EndNow(Clock::time_point now) const;

  PublishContext& shared_;
  DoneFunction done_;
  const CallOrigin* origin_ = nullptr;
  std::size_t kind_ = CallEnd::kWhole;
  std::size_t recipients_ = 0;
  Clock::time_point started_at_;
  Clock::time_point deadline_;
  bool validate_only_ = false;
  std::atomic<bool> stopped_{false};
  v1::ResultDetail result_detail_ = v1::RESULT_DETAIL_UNSPECIFIED;
  Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  // What it waits for.
  std::shared_ptr<fanout::PublishedEvent> published_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_CALL_H_
