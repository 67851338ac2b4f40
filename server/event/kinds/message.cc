// PublishMessage: a message was posted in a group.
#include "server/event/kinds.h"
#include "server/event/message_event.h"

namespace dino::event {

Violations Validate(const v1::PublishMessageRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

std::string EventJson(const v1::PublishMessageRequest& request) {
  return MessageJson(EventType(request), request.message());
}

Recipients RecipientsOf(const v1::PublishMessageRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
