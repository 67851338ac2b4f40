#ifndef DINO_SERVER_EVENT_EVENT_TRAITS_H_
#define DINO_SERVER_EVENT_EVENT_TRAITS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_field.h"
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

// The kinds of events, for logs and metrics: the typed ones by their `event_type`, and "custom" for
// all that callers make up.
inline constexpr std::array<std::string_view, 11> kEventKinds = {
    "group", "message", "attachment",        "edit",           "action_log", "read",
    "join",  "leave",   "delete_attachment", "delete_message", "custom"};

// The place of a kind among them.
//
// REQUIRES: `kind` is one of them.
std::size_t IndexOfKind(std::string_view kind);

// True if a typed request has this `event_type`.
bool IsTypedEvent(std::string_view event_type);

// The users of a list, each once, in the order of their first mention. Linear in the list.
std::vector<std::int64_t> DistinctUsers(
    const google::protobuf::RepeatedField<std::int64_t>& user_ids);

// The users a request's event is for, as `DistinctUsers`. A group's event is for its members when
// the request names no users.
//
// REQUIRES: `Validate` found nothing wrong with the request.
template <typename Request>
std::vector<std::int64_t> Recipients(const Request& request) {
  return DistinctUsers(request.user_ids());
}
std::vector<std::int64_t> Recipients(const v1::PublishGroupRequest& request);

// The topics that the event is for instead, each once, in the order of their first mention.
std::vector<std::string> Topics(const v1::PublishCustomRequest& request);

// An expiry as MQTT counts it: whole seconds, rounded up.
//
// REQUIRES: `Validate` found nothing wrong with the request `expiry` belongs to.
std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_EVENT_TRAITS_H_
