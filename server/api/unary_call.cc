#include "server/api/unary_call.h"

#include "server/api/call_metadata.h"
#include "server/api/call_trace.h"
#include "server/api/caller_check.h"
#include "server/api/errors.h"
#include "server/api/refusal.h"
#include "server/api/request_bytes.h"

namespace dino::api {

UnaryCall::UnaryCall(PublishContext& shared, transport::Call& call, std::string_view method,
                     std::optional<EventMeter::Via> via, std::size_t kind)
    : shared_(shared),
      call_(call),
      kind_(kind),
      origin_{method, Traceparent(call), nullptr, &call, via} {}

grpc::Status UnaryCall::Identify() {
  caller_generation_ = shared_.caller_generation();
  origin_.caller = nullptr;
  return CheckCaller(shared_, call_, origin_, kind_);
}

grpc::Status UnaryCall::Check() {
  grpc::Status error = Identify();
  if (!error.ok()) return error;
  if (shared_.draining.load(std::memory_order_relaxed) && !answers_while_draining()) {
    return ShuttingDown();
  }
  if (!takes_room()) return grpc::Status::OK;
  room_ = shared_.admission.TryBegin(origin_.owner());
  return room_.has_value() ? grpc::Status::OK : Refused(fanout::Refusal::kOverloaded);
}

void UnaryCall::OnBegin() {
  const grpc::Status error = Check();
  // Strangers have none.
  if (error.error_code() != grpc::StatusCode::UNAUTHENTICATED) {
    origin_.trace = CallTrace::Begin(shared_.tracer, origin_);
  }
  if (error.ok()) {
    call_.Read();
  } else {
    NoteRefusal(shared_, origin_, error, kind_);
    EndTrace(error);
    call_.Reject(error, RetryDelayOf(error));
  }
}

void UnaryCall::OnMessage(const transport::Message& message) {
  if (cancelled_) return Finish(grpc::Status::CANCELLED);
  // A request may take minutes to come.
  if (caller_generation_ != shared_.caller_generation()) {
    const grpc::Status error = Identify();
    if (!error.ok()) return Refuse(error);
  }
  handled_ = true;
  Handle(message);
}

void UnaryCall::OnNoMessage() {
  if (cancelled_) return Finish(grpc::Status::CANCELLED);
  Refuse(NoRequest());
}

void UnaryCall::OnCancelled() {
  cancelled_ = true;
  if (handled_) Stop();
}

void UnaryCall::Finish(const google::protobuf::Message& response) {
  const transport::Message message(response);
  Charge(message.bytes());
  EndTrace(grpc::Status::OK);
  call_.Finish(message);
}

void UnaryCall::Finish(const grpc::Status& error) {
  EndTrace(error);
  call_.Finish(error, RetryDelayOf(error));
}

void UnaryCall::EndTrace(const grpc::Status& status) const {
  if (origin_.trace != nullptr) origin_.trace->Ended(status);
}

void UnaryCall::Refuse(const grpc::Status& error) {
  NoteRefusal(shared_, origin_, error, kind_);
  Finish(error);
}

}  // namespace dino::api
