#ifndef DINO_SERVER_EVENT_EVENT_JSON_H_
#define DINO_SERVER_EVENT_EVENT_JSON_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/event/messages.h"

namespace dino::event {

// Writes the event JSON: the bytes that every subscriber receives.
//
// Compact UTF-8 with the keys in a fixed order. Times are seconds since the epoch with one
// to six decimals; what is below a microsecond is cut off.
//
// REQUIRES: `Validate` found nothing wrong with the request.
std::string EventJson(const v1::PublishGroupRequest& request);
std::string EventJson(const v1::PublishMessageRequest& request);
std::string EventJson(const v1::PublishAttachmentRequest& request);
std::string EventJson(const v1::PublishEditRequest& request);
std::string EventJson(const v1::PublishActionLogRequest& request);
std::string EventJson(const v1::PublishReadRequest& request);
std::string EventJson(const v1::PublishJoinRequest& request);
std::string EventJson(const v1::PublishLeaveRequest& request);
std::string EventJson(const v1::PublishDeleteAttachmentRequest& request);
std::string EventJson(const v1::PublishDeleteMessageRequest& request);
std::string EventJson(const v1::PublishCustomRequest& request);

// What single users get beside the rest of an event: by user ID, members of a JSON object as
// `"a":1,"b":2`, sorted by key.
//
// REQUIRES: `Validate` found nothing wrong with the request.
absl::flat_hash_map<std::int64_t, std::string> OverlayMembers(
    const v1::PublishCustomRequest& request);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_EVENT_JSON_H_
