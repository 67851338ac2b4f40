// PublishJoin: users have joined a group. They are not recipients unless the request names them.
#include "server/event/event_writer.h"
#include "server/event/kinds.h"
#include "server/event/request_checks.h"

namespace dino::event {

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

std::string EventJson(const v1::PublishJoinRequest& request) {
  const v1::Join& join = request.join();
  EventWriter writer(EventType(request), EventWriter::BytesOf(join.user_ids()));
  writer.Time("created_at", join.created_at());
  writer.Text("group_id", join.group_id());
  writer.Numbers("user_ids", join.user_ids());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishJoinRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
