#include "server/rpc/publish_call.h"

#include "server/rpc/byte_buffers.h"
#include "server/rpc/call_metadata.h"
#include "server/rpc/caller_check.h"
#include "server/rpc/errors.h"
#include "server/rpc/refusal.h"

namespace dino::rpc {

grpc::Status PublishCallBase::Check(const grpc::ByteBuffer& bytes,
                                    google::protobuf::Message& request) {
  if (shared_.draining.load(std::memory_order_relaxed)) return ShuttingDown();
  grpc::Status checked = CheckCaller(shared_, context(), origin());
  return checked.ok() ? ParseRequest(bytes, shared_.call_limits, request) : checked;
}

bool PublishCallBase::Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  const grpc::Status error = Check(bytes, request);
  if (error.ok()) return true;
  NoteRefusal(shared_, origin(), error, kind_);
  Finish(error);
  return false;
}

void PublishCallBase::Publish(std::variant<EventDraft, grpc::Status> draft) {
  if (const auto* error = std::get_if<grpc::Status>(&draft)) {
    NoteRefusal(shared_, origin(), *error, kind_);
    return Finish(*error);
  }
  event_call_.Start(std::get<EventDraft>(std::move(draft)),
                    AnswerBy(context(), shared_.default_deadline), origin(),
                    [this](const grpc::Status& status, v1::Delivery delivery) {
                      if (status.ok()) {
                        Finish(Response(std::move(delivery)));
                      } else {
                        Finish(status);
                      }
                    });
}

}  // namespace dino::rpc
