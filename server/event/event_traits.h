#ifndef DINO_SERVER_EVENT_EVENT_TRAITS_H_
#define DINO_SERVER_EVENT_EVENT_TRAITS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/duration.pb.h"
#include "server/event/messages.h"

namespace dino::event {

// The `event_type` of a request's event.
constexpr std::string_view EventType(const v1::PublishGroupRequest& /*request*/) { return "group"; }
constexpr std::string_view EventType(const v1::PublishMessageRequest& /*request*/) {
  return "message";
}
constexpr std::string_view EventType(const v1::PublishAttachmentRequest& /*request*/) {
  return "attachment";
}
constexpr std::string_view EventType(const v1::PublishEditRequest& /*request*/) { return "edit"; }
constexpr std::string_view EventType(const v1::PublishActionLogRequest& /*request*/) {
  return "action_log";
}
constexpr std::string_view EventType(const v1::PublishReadRequest& /*request*/) { return "read"; }
constexpr std::string_view EventType(const v1::PublishJoinRequest& /*request*/) { return "join"; }
constexpr std::string_view EventType(const v1::PublishLeaveRequest& /*request*/) { return "leave"; }
constexpr std::string_view EventType(const v1::PublishDeleteAttachmentRequest& /*request*/) {
  return "delete_attachment";
}
constexpr std::string_view EventType(const v1::PublishDeleteMessageRequest& /*request*/) {
  return "delete_message";
}
// The caller's own; valid as long as the request.
std::string_view EventType(const v1::PublishCustomRequest& request);

// True if a typed request has this `event_type`.
bool IsTypedEvent(std::string_view event_type);

// The users a request's event is for, each once, in the order of their first mention. A
// group's event is for its members when the request names no users. Linear in the list.
//
// REQUIRES: `Validate` found nothing wrong with the request.
std::vector<std::int64_t> Recipients(const v1::PublishGroupRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishMessageRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishAttachmentRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishEditRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishActionLogRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishReadRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishJoinRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishLeaveRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishDeleteAttachmentRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishDeleteMessageRequest& request);
std::vector<std::int64_t> Recipients(const v1::PublishCustomRequest& request);

// The topics that the event is for instead, each once, in the order of their first mention.
std::vector<std::string> Topics(const v1::PublishCustomRequest& request);

// An expiry as MQTT counts it: whole seconds, rounded up.
//
// REQUIRES: `Validate` found nothing wrong with the request `expiry` belongs to.
std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_EVENT_TRAITS_H_
