#include "server/rpc/unary_call.h"

namespace dino::rpc {

UnaryCall::UnaryCall(CallTracker& tracker)
    : tracker_(tracker),
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

void UnaryCall::Finish(const grpc::ByteBuffer& response) {
  responder_.Finish(response, grpc::Status::OK, static_cast<Tag*>(&finished_));
}

void UnaryCall::Finish(const grpc::Status& error) {
  responder_.FinishWithError(error, static_cast<Tag*>(&finished_));
}

}  // namespace dino::rpc
