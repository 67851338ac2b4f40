#include "server/rpc/unary_call.h"

#include "server/base/counters.h"
#include "server/rpc/call_metadata.h"

namespace dino::rpc {

UnaryCall::UnaryCall(CallTracker& tracker, MethodMeter& meter)
    : tracker_(tracker),
      meter_(meter),
      origin_{meter.name().method, {}, nullptr},
      responder_(&context_),
      arrived_(*this, &UnaryCall::OnArrived),
      finished_(*this, &UnaryCall::OnFinished),
      done_(*this, &UnaryCall::OnDone) {}

void UnaryCall::Listen() {
  context_.AsyncNotifyWhenDone(static_cast<Tag*>(&done_));
  AskForRequest(context_, request_, responder_, static_cast<Tag*>(&arrived_));
}

void UnaryCall::OnArrived(bool ok) {
  if (!ok) {
    // The server stops; a call that never began has no further events.
    delete this;
    return;
  }
  tracker_.Begin();
  if (kCounting) arrived_at_ = Clock::now();
  meter_.Started();
  meter_.Received();
  origin_.traceparent = Traceparent(context_);
  Next()->Listen();
  Handle(request_);
  request_.Clear();
}

void UnaryCall::OnFinished(bool /*ok*/) { EndIfLast(); }

void UnaryCall::OnDone(bool /*ok*/) {
  if (context_.IsCancelled()) Cancelled();
  EndIfLast();
}

void UnaryCall::EndIfLast() {
  if (--pending_events_ > 0) return;
  CallTracker& tracker = tracker_;
  delete this;
  tracker.End();
}

void UnaryCall::Count(grpc::StatusCode code) {
  if (kCounting) meter_.Handled(code, Clock::now() - arrived_at_);
}

void UnaryCall::Finish(const grpc::ByteBuffer& response) {
  meter_.Sent();
  Count(grpc::StatusCode::OK);
  responder_.Finish(response, grpc::Status::OK, static_cast<Tag*>(&finished_));
}

void UnaryCall::Finish(const grpc::Status& error) {
  Count(error.error_code());
  responder_.FinishWithError(error, static_cast<Tag*>(&finished_));
}

}  // namespace dino::rpc
