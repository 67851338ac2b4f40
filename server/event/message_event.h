#ifndef DINO_SERVER_EVENT_MESSAGE_EVENT_H_
#define DINO_SERVER_EVENT_MESSAGE_EVENT_H_

#include <string>
#include <string_view>

#include "server/event/field_checks.h"
#include "server/event/limits.h"
#include "server/event/messages.h"
#include "server/event/request_checks.h"

// What the kinds whose event is a `Message` share.

namespace dino::event {

enum class FileId { kOptional, kRequired };

void CheckMessage(const v1::Message& message, FileId file_id, const Limits& limits,
                  FieldChecks& checks);

template <typename Request>
Violations ValidateMessageRequest(const Request& request, FileId file_id, const Limits& limits) {
  return ValidateRequest(
      request, "message.", request.has_message(), limits.max_recipients,
      [&](FieldChecks& checks) { CheckMessage(request.message(), file_id, limits, checks); });
}

std::string MessageJson(std::string_view event_type, const v1::Message& message);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_MESSAGE_EVENT_H_
