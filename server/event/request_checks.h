#ifndef DINO_SERVER_EVENT_REQUEST_CHECKS_H_
#define DINO_SERVER_EVENT_REQUEST_CHECKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/repeated_field.h"
#include "server/event/field_checks.h"
#include "server/event/messages.h"
#include "server/event/options.h"
#include "server/event/violations.h"

namespace dino::event {

// Checks the `user_ids` of a request: at least one, and at most `max_recipients` different ones.
void CheckRecipients(const google::protobuf::RepeatedField<std::int64_t>& user_ids,
                     std::size_t max_recipients, Violations& violations);

// Checks a request whose recipients are its `user_ids`: its event by `check_event`, if it has one,
// and what all requests share. The fields of the event have paths that begin with `parent`, such
// as "message.".
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
  if (request.has_options()) CheckOptions(request.options(), violations);
  // A list may be long: it comes after the fields that would otherwise not be listed.
  CheckRecipients(request.user_ids(), max_recipients, violations);
  return violations;
}

// Checks what most events have: the group and the time.
template <typename Event>
void CheckGroupAndTime(const Event& event, FieldChecks& checks) {
  checks.Uuid("group_id", event.group_id());
  checks.Time("created_at", event.has_created_at(), event.created_at());
}

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_REQUEST_CHECKS_H_
