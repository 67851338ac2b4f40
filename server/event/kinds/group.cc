// PublishGroup: a group was created or updated. Its members are the recipients unless the request
// names others.
#include <cstddef>

#include "server/event/event_writer.h"
#include "server/event/field_checks.h"
#include "server/event/kinds.h"
#include "server/event/options.h"

namespace dino::event {
namespace {

constexpr std::size_t kMaxNameBytes = 1024;

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

void CheckUsersAndMembers(const v1::PublishGroupRequest& request, const Limits& limits,
                          Violations& violations) {
  FieldChecks checks("", violations);
  checks.Recipients("user_ids", request.user_ids(), limits.max_recipients);
  if (!request.has_group()) return;
  if (request.user_ids().empty() && request.group().user_ids().empty()) {
    checks.Add("group.user_ids", "must name at least one user unless user_ids does");
  }
  checks.UserIds("group.user_ids", request.group().user_ids(), limits.max_recipients);
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
  CheckUsersAndMembers(request, limits, violations);
  return violations;
}

std::string EventJson(const v1::PublishGroupRequest& request) {
  const v1::Group& group = request.group();
  EventWriter writer(EventType(request),
                     kEscapedBytes * group.name().size() + EventWriter::BytesOf(group.user_ids()));
  writer.Text("group_id", group.group_id());
  writer.Text("name", group.name());
  writer.Time("created_at", group.created_at());
  writer.Time("updated_at", group.updated_at());
  writer.Time("last_message_time", group.last_message_time());
  writer.Number("group_type", group.group_type() == v1::GROUP_TYPE_ONE_TO_ONE ? 1 : 0);
  writer.Number("owner_id", group.owner_id());
  writer.Numbers("user_ids", group.user_ids());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishGroupRequest& request) {
  return ToUsers(request.user_ids().empty() ? request.group().user_ids() : request.user_ids());
}

}  // namespace dino::event
