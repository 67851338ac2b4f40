#include "server/event/request_checks.h"

namespace dino::event {

void CheckRecipients(const google::protobuf::RepeatedField<std::int64_t>& user_ids,
                     std::size_t max_recipients, Violations& violations) {
  FieldChecks checks("", violations);
  if (user_ids.empty()) {
    checks.Add("user_ids", "must name at least one user");
  } else {
    checks.Recipients("user_ids", user_ids, max_recipients);
  }
}

}  // namespace dino::event
