// PublishRead: a user has read a 1-to-1 conversation.
#include <algorithm>
#include <cstddef>

#include "server/event/event_writer.h"
#include "server/event/kinds.h"
#include "server/event/request_checks.h"

namespace dino::event {
namespace {

constexpr std::size_t kMaxReadRecipients = 2;

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

}  // namespace

Violations Validate(const v1::PublishReadRequest& request, const Limits& limits) {
  return ValidateRequest(request, "read.", request.has_read(),
                         std::min(kMaxReadRecipients, limits.max_recipients),
                         [&](FieldChecks& checks) { CheckRead(request.read(), checks); });
}

std::string EventJson(const v1::PublishReadRequest& request) {
  const v1::Read& read = request.read();
  EventWriter writer(EventType(request));
  writer.Text("group_id", read.group_id());
  writer.Number("user_id", read.user_id());
  writer.Time("read_at", read.read_at());
  return writer.Finish();
}

Recipients RecipientsOf(const v1::PublishReadRequest& request) {
  return ToUsers(request.user_ids());
}

}  // namespace dino::event
