#include "server/api/event_request.h"

#include <utility>

#include "server/api/errors.h"
#include "server/event/violations.h"

namespace dino::api {

// An event that nothing here handles must not compile, even where other warnings are let through.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"
std::variant<EventDraft, grpc::Status> DraftOfAny(const v1::EventRequest& request,
                                                  const event::Limits& limits) {
#define DINO_DRAFT_KIND(name, Name) \
  case v1::EventRequest::k##Name:   \
    return DraftOf(request.name(), request.ByteSizeLong(), limits);

  switch (request.request_case()) {  // Each kind needs its file in server/event/kinds.
    DINO_EVENT_KINDS(DINO_DRAFT_KIND)
    case v1::EventRequest::REQUEST_NOT_SET:
      break;
  }
#undef DINO_DRAFT_KIND
  event::Violations violations;
  violations.Add("request", "must be one of the events that this version knows");
  return InvalidFields(violations);
}
#pragma GCC diagnostic pop

void WriteEventResult(const grpc::Status& status, v1::Delivery delivery, v1::EventResult& result) {
  if (status.ok()) {
    *result.mutable_delivery() = std::move(delivery);
  } else if (!result.mutable_error()->ParseFromString(status.error_details())) {
    result.mutable_error()->set_code(status.error_code());
    result.mutable_error()->set_message(status.error_message());
  }
}

}  // namespace dino::api
