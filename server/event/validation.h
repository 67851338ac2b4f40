#ifndef DINO_SERVER_EVENT_VALIDATION_H_
#define DINO_SERVER_EVENT_VALIDATION_H_

#include "server/event/limits.h"
#include "server/event/messages.h"
#include "server/event/violations.h"

namespace dino::event {

// Finds everything that is wrong with a request; an empty answer means that it may be
// published. The rules are those that the API states at each field.
//
// Takes time linear in the request's size. Its memory is bounded by `limits`, and a valid
// request of at most `max_recipients` entries needs none.
//
// REQUIRES: the request was parsed, so that its strings are UTF-8.
Violations Validate(const v1::PublishGroupRequest& request, const Limits& limits);
Violations Validate(const v1::PublishMessageRequest& request, const Limits& limits);
Violations Validate(const v1::PublishAttachmentRequest& request, const Limits& limits);
Violations Validate(const v1::PublishEditRequest& request, const Limits& limits);
Violations Validate(const v1::PublishActionLogRequest& request, const Limits& limits);
Violations Validate(const v1::PublishReadRequest& request, const Limits& limits);
Violations Validate(const v1::PublishJoinRequest& request, const Limits& limits);
Violations Validate(const v1::PublishLeaveRequest& request, const Limits& limits);
Violations Validate(const v1::PublishDeleteAttachmentRequest& request, const Limits& limits);
Violations Validate(const v1::PublishDeleteMessageRequest& request, const Limits& limits);
Violations Validate(const v1::PublishCustomRequest& request, const Limits& limits);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_VALIDATION_H_
