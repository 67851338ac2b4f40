// PublishLeave: a user has left a group, and is not a recipient unless the request says so.
#include "server/event/event_writer.h"
#include "server/event/kinds.h"
#include "server/event/request_checks.h"

namespace dino::event {

Violations Validate(const v1::PublishLeaveRequest& request, const Limits& limits) {
  return ValidateRequest(request, "leave.", request.has_leave(), limits.max_recipients,
                         [&](FieldChecks& checks) {
                           CheckGroupAndTime(request.leave(), checks);
                           checks.UserId("user_id", request.leave().user_id());
                         });
}

std::string EventJson(const v1::PublishLeaveRequest& request) {
  const v1::Leave& leave = request.leave();
  EventWriter writer(EventType(request));
  writer.Time("created_at", leave.created_at());
  writer.Text("group_id", leave.group_id());
  writer.Number("user_id", leave.user_id());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishLeaveRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
