// PublishActionLog: something was done in a group, such as a join, a leave or a pin.
#include "server/event/kinds.h"
#include "server/event/message_event.h"

namespace dino::event {

Violations Validate(const v1::PublishActionLogRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

std::string EventJson(const v1::PublishActionLogRequest& request) {
  return MessageJson(EventType(request), request.message());
}

Recipients RecipientsOf(const v1::PublishActionLogRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
