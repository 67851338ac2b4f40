// PublishDeleteMessage: messages were deleted.
#include "server/event/event_writer.h"
#include "server/event/kinds.h"
#include "server/event/request_checks.h"

namespace dino::event {

Violations Validate(const v1::PublishDeleteMessageRequest& request, const Limits& limits) {
  return ValidateRequest(request, "delete_message.", request.has_delete_message(),
                         limits.max_recipients, [&](FieldChecks& checks) {
                           const v1::DeleteMessage& deleted = request.delete_message();
                           CheckGroupAndTime(deleted, checks);
                           checks.Uuids("message_ids", deleted.message_ids(),
                                        limits.max_recipients);
                         });
}

std::string EventJson(const v1::PublishDeleteMessageRequest& request) {
  const v1::DeleteMessage& deleted = request.delete_message();
  EventWriter writer(EventType(request), EventWriter::BytesOf(deleted.message_ids()));
  writer.Time("created_at", deleted.created_at());
  writer.Text("group_id", deleted.group_id());
  writer.Texts("message_ids", deleted.message_ids());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishDeleteMessageRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
