#include "server/rpc/publish_call.h"

#include <string>

#include "server/rpc/byte_buffers.h"
#include "server/rpc/call_metadata.h"
#include "server/rpc/errors.h"

namespace dino::rpc {

bool PublishCallBase::Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  const grpc::Status error = shared_.draining.load(std::memory_order_relaxed)
                                 ? ShuttingDown()
                                 : ParseRequest(bytes, request);
  if (error.ok()) return true;
  LogFailure(label_, error);
  Finish(error);
  return false;
}

void PublishCallBase::Publish(std::variant<EventDraft, grpc::Status> draft) {
  if (const auto* error = std::get_if<grpc::Status>(&draft)) {
    LogFailure(label_, *error);
    return Finish(*error);
  }
  event_call_.Start(std::get<EventDraft>(std::move(draft)),
                    AnswerBy(context(), shared_.default_deadline), Traceparent(context()),
                    [this](const grpc::Status& status, v1::Delivery delivery) {
                      if (status.ok()) {
                        Finish(Response(std::move(delivery)));
                      } else {
                        Finish(status);
                      }
                    });
}

}  // namespace dino::rpc
