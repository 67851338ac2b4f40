#include "server/event/validation.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/event/field_checks.h"
#include "server/event/option_checks.h"

namespace dino::event {
namespace {

constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxFileIdBytes = 255;
constexpr std::size_t kMaxReadRecipients = 2;
constexpr int kMaxDeleted = 1000;

enum class FileId { kOptional, kRequired };

// What all requests share. A list may be long, so it comes after the fields that would
// otherwise not be listed.
template <typename Request>
void CheckOptionsAndRecipients(const Request& request, std::size_t max_recipients,
                               Violations& violations) {
  if (request.has_options()) CheckOptions(request.options(), violations);
  FieldChecks checks("", violations);
  if (request.user_ids().empty()) {
    checks.Add("user_ids", "must name at least one user");
  } else {
    checks.UserIds("user_ids", request.user_ids(), max_recipients);
  }
}

// Checks, by `check_event`, the request's event, whose fields have paths that begin with `parent`,
// and what all requests share.
template <typename Request, typename CheckEvent>
Violations ValidateRequest(const Request& request, std::string_view parent, bool has_event,
                           std::size_t max_recipients, const CheckEvent& check_event) {
  Violations violations;
  if (has_event) {
    FieldChecks checks(parent, violations);
    check_event(checks);
  } else {
    violations.Add(std::string(parent.substr(0, parent.size() - 1)), "is required");
  }
  CheckOptionsAndRecipients(request, max_recipients, violations);
  return violations;
}

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

template <typename Request>
Violations ValidateMessageRequest(const Request& request, FileId file_id, const Limits& limits) {
  return ValidateRequest(
      request, "message.", request.has_message(), limits.max_recipients,
      [&](FieldChecks& checks) { CheckMessage(request.message(), file_id, limits, checks); });
}

void CheckGroup(const v1::Group& group, Violations& violations) {
  FieldChecks checks("group.", violations);
  checks.Uuid("group_id", group.group_id());
  checks.Text("name", group.name(), kMaxNameBytes);
  checks.Time("created_at", group.has_created_at(), group.created_at());
  checks.Time("updated_at", group.has_updated_at(), group.updated_at());
  checks.Time("last_message_time", group.has_last_message_time(), group.last_message_time());
  if (group.group_type() != v1::GROUP_TYPE_MULTI_USER &&
      group.group_type() != v1::GROUP_TYPE_ONE_TO_ONE) {
    checks.Add("group_type", "must be GROUP_TYPE_MULTI_USER or GROUP_TYPE_ONE_TO_ONE");
  }
  checks.UserId("owner_id", group.owner_id());
}

// REQUIRES: the group is set.
void CheckGroupUserIds(const v1::PublishGroupRequest& request, const Limits& limits,
                       Violations& violations) {
  FieldChecks checks("", violations);
  checks.UserIds("user_ids", request.user_ids(), limits.max_recipients);
  if (request.user_ids().empty() && request.group().user_ids().empty()) {
    checks.Add("group.user_ids", "must name at least one user unless user_ids does");
  }
  checks.UserIds("group.user_ids", request.group().user_ids(), limits.max_recipients);
}

void CheckRead(const v1::Read& read, FieldChecks& checks) {
  checks.Uuid("group_id", read.group_id());
  checks.UserId("user_id", read.user_id());
  checks.Time("read_at", read.has_read_at(), read.read_at());
  if (read.group_type() != v1::GROUP_TYPE_ONE_TO_ONE) {
    checks.Add("group_type",
               "must be GROUP_TYPE_ONE_TO_ONE: Read receipts are only broadcasted in 1-to-1 "
               "conversations");
  }
}

// What events without a text of a user have in common.
template <typename Event>
void CheckGroupAndTime(const Event& event, FieldChecks& checks) {
  checks.Uuid("group_id", event.group_id());
  checks.Time("created_at", event.has_created_at(), event.created_at());
}

}  // namespace

Violations Validate(const v1::PublishGroupRequest& request, const Limits& limits) {
  Violations violations;
  if (request.has_group()) {
    CheckGroup(request.group(), violations);
  } else {
    violations.Add("group", "is required");
  }
  if (request.has_options()) CheckOptions(request.options(), violations);
  if (request.has_group()) {
    CheckGroupUserIds(request, limits, violations);
  } else {
    FieldChecks("", violations).UserIds("user_ids", request.user_ids(), limits.max_recipients);
  }
  return violations;
}

Violations Validate(const v1::PublishMessageRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

Violations Validate(const v1::PublishAttachmentRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kRequired, limits);
}

Violations Validate(const v1::PublishEditRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

Violations Validate(const v1::PublishActionLogRequest& request, const Limits& limits) {
  return ValidateMessageRequest(request, FileId::kOptional, limits);
}

Violations Validate(const v1::PublishReadRequest& request, const Limits& limits) {
  return ValidateRequest(request, "read.", request.has_read(),
                         std::min(kMaxReadRecipients, limits.max_recipients),
                         [&](FieldChecks& checks) { CheckRead(request.read(), checks); });
}

Violations Validate(const v1::PublishJoinRequest& request, const Limits& limits) {
  Violations violations =
      ValidateRequest(request, "join.", request.has_join(), limits.max_recipients,
                      [&](FieldChecks& checks) { CheckGroupAndTime(request.join(), checks); });
  // A list, which may be long, comes last.
  FieldChecks checks("join.", violations);
  if (request.has_join() && request.join().user_ids().empty()) {
    checks.Add("user_ids", "must name at least one user");
  }
  checks.UserIds("user_ids", request.join().user_ids(), limits.max_recipients);
  return violations;
}

Violations Validate(const v1::PublishLeaveRequest& request, const Limits& limits) {
  return ValidateRequest(request, "leave.", request.has_leave(), limits.max_recipients,
                         [&](FieldChecks& checks) {
                           CheckGroupAndTime(request.leave(), checks);
                           checks.UserId("user_id", request.leave().user_id());
                         });
}

Violations Validate(const v1::PublishDeleteAttachmentRequest& request, const Limits& limits) {
  return ValidateRequest(request, "delete_attachment.", request.has_delete_attachment(),
                         limits.max_recipients, [&](FieldChecks& checks) {
                           const v1::DeleteAttachment& deleted = request.delete_attachment();
                           CheckGroupAndTime(deleted, checks);
                           checks.Uuids("message_ids", deleted.message_ids(), kMaxDeleted);
                           checks.Texts("file_ids", deleted.file_ids(), kMaxDeleted,
                                        kMaxFileIdBytes);
                         });
}

Violations Validate(const v1::PublishDeleteMessageRequest& request, const Limits& limits) {
  return ValidateRequest(request, "delete_message.", request.has_delete_message(),
                         limits.max_recipients, [&](FieldChecks& checks) {
                           const v1::DeleteMessage& deleted = request.delete_message();
                           CheckGroupAndTime(deleted, checks);
                           checks.Uuids("message_ids", deleted.message_ids(), kMaxDeleted);
                         });
}

}  // namespace dino::event
