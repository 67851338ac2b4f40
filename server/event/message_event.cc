#include "server/event/message_event.h"

#include "absl/strings/str_cat.h"
#include "server/event/event_writer.h"

namespace dino::event {
namespace {

void CheckFileId(const v1::Message& message, FileId file_id, FieldChecks& checks) {
  if (message.has_file_id()) {
    checks.Text("file_id", message.file_id(), kMaxFileIdBytes);
  } else if (file_id == FileId::kRequired) {
    checks.Add("file_id", absl::StrCat("is required: 1 to ", kMaxFileIdBytes, " bytes"));
  }
}

void CheckPayload(const v1::Message& message, const Limits& limits, FieldChecks& checks) {
  if (message.message_payload().size() > limits.max_payload_bytes) {
    checks.Add("message_payload",
               absl::StrCat("must be at most ", limits.max_payload_bytes, " bytes"));
  } else if (message.message_payload().empty() && !message.has_file_id()) {
    checks.Add("message_payload", "must not be empty unless file_id is set");
  }
}

}  // namespace

void CheckMessage(const v1::Message& message, FileId file_id, const Limits& limits,
                  FieldChecks& checks) {
  checks.Uuid("group_id", message.group_id());
  checks.UserId("sender_id", message.sender_id());
  CheckFileId(message, file_id, checks);
  checks.Uuid("message_id", message.message_id());
  CheckPayload(message, limits, checks);
  checks.MessageType("message_type", message.message_type());
  checks.Time("created_at", message.has_created_at(), message.created_at());
}

std::string MessageJson(std::string_view event_type, const v1::Message& message) {
  EventWriter writer(event_type,
                     kEscapedBytes * (message.message_payload().size() + message.file_id().size() +
                                      message.message_type().size()));
  writer.Text("group_id", message.group_id());
  writer.Number("sender_id", message.sender_id());
  if (message.has_file_id()) {
    writer.Text("file_id", message.file_id());
  } else {
    writer.Null("file_id");
  }
  writer.Text("message_id", message.message_id());
  writer.Text("message_payload", message.message_payload());
  writer.Text("message_type", message.message_type());
  writer.Time("created_at", message.created_at());
  return writer.Finish();
}

}  // namespace dino::event
