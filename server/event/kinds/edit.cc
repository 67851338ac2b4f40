// PublishEdit: a message was edited.
#include "server/event/kinds.h"
#include "server/event/message_event.h"

namespace dino::event {

Violations Validate(const v1::PublishEditRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

std::string EventJson(const v1::PublishEditRequest& request) {
  return MessageJson(EventType(request), request.message());
}

Recipients RecipientsOf(const v1::PublishEditRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
