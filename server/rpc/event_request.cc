#include "server/rpc/event_request.h"

#include <utility>

#include "server/event/violations.h"
#include "server/rpc/errors.h"

namespace dino::rpc {

std::variant<EventDraft, grpc::Status> DraftOfAny(const v1::EventRequest& request,
                                                  const event::Limits& limits) {
  const std::size_t bytes = request.ByteSizeLong();
  switch (request.request_case()) {
    case v1::EventRequest::kGroup:
      return DraftOf(request.group(), bytes, limits);
    case v1::EventRequest::kMessage:
      return DraftOf(request.message(), bytes, limits);
    case v1::EventRequest::kAttachment:
      return DraftOf(request.attachment(), bytes, limits);
    case v1::EventRequest::kEdit:
      return DraftOf(request.edit(), bytes, limits);
    case v1::EventRequest::kActionLog:
      return DraftOf(request.action_log(), bytes, limits);
    case v1::EventRequest::kRead:
      return DraftOf(request.read(), bytes, limits);
    case v1::EventRequest::kJoin:
      return DraftOf(request.join(), bytes, limits);
    case v1::EventRequest::kLeave:
      return DraftOf(request.leave(), bytes, limits);
    case v1::EventRequest::kDeleteAttachment:
      return DraftOf(request.delete_attachment(), bytes, limits);
    case v1::EventRequest::kDeleteMessage:
      return DraftOf(request.delete_message(), bytes, limits);
    case v1::EventRequest::kCustom:
      return DraftOf(request.custom(), bytes, limits);
    case v1::EventRequest::REQUEST_NOT_SET:
      break;
  }
  event::Violations violations;
  violations.Add("request", "must be one of the events that this version knows");
  return InvalidFields(violations);
}

void WriteEventResult(const grpc::Status& status, v1::Delivery delivery, v1::EventResult& result) {
  if (status.ok()) {
    *result.mutable_delivery() = std::move(delivery);
  } else if (!result.mutable_error()->ParseFromString(status.error_details())) {
    result.mutable_error()->set_code(status.error_code());
    result.mutable_error()->set_message(status.error_message());
  }
}

}  // namespace dino::rpc
