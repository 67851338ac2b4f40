// PublishDeleteAttachment: attachments of messages were deleted.
#include "server/event/event_writer.h"
#include "server/event/kinds.h"
#include "server/event/request_checks.h"

namespace dino::event {

Violations Validate(const v1::PublishDeleteAttachmentRequest& request, const Limits& limits) {
  return ValidateRequest(
      request, "delete_attachment.", request.has_delete_attachment(), limits.max_recipients,
      [&](FieldChecks& checks) {
        const v1::DeleteAttachment& deleted = request.delete_attachment();
        CheckGroupAndTime(deleted, checks);
        checks.Uuids("message_ids", deleted.message_ids(), limits.max_recipients);
        checks.Texts("file_ids", deleted.file_ids(), limits.max_recipients, kMaxFileIdBytes);
      });
}

std::string EventJson(const v1::PublishDeleteAttachmentRequest& request) {
  const v1::DeleteAttachment& deleted = request.delete_attachment();
  EventWriter writer(EventType(request), EventWriter::BytesOf(deleted.message_ids()) +
                                             EventWriter::BytesOf(deleted.file_ids()));
  writer.Time("created_at", deleted.created_at());
  writer.Text("group_id", deleted.group_id());
  writer.Texts("message_ids", deleted.message_ids());
  writer.Texts("file_ids", deleted.file_ids());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishDeleteAttachmentRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
