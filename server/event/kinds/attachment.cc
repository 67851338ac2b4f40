// PublishAttachment: a message with an attachment was posted in a group.
#include "server/event/kinds.h"
#include "server/event/message_event.h"

namespace dino::event {

Violations Validate(const v1::PublishAttachmentRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kRequired, limits);
}

std::string EventJson(const v1::PublishAttachmentRequest& request) {
  return MessageJson(EventType(request), request.message());
}

Recipients RecipientsOf(const v1::PublishAttachmentRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
