#ifndef DINO_TESTS_UNIT_EVENT_VALID_REQUESTS_H_
#define DINO_TESTS_UNIT_EVENT_VALID_REQUESTS_H_

#include <string>
#include <vector>

#include "server/event/messages.h"
#include "server/event/violations.h"

namespace dino::event {

// A request that breaks no rule, to break one rule of. Its users are 1234 and 4321.
template <typename Request>
Request Valid();

template <>
v1::PublishGroupRequest Valid();
template <>
v1::PublishMessageRequest Valid();
template <>
v1::PublishAttachmentRequest Valid();
template <>
v1::PublishEditRequest Valid();
template <>
v1::PublishActionLogRequest Valid();
template <>
v1::PublishReadRequest Valid();
template <>
v1::PublishJoinRequest Valid();
template <>
v1::PublishLeaveRequest Valid();
template <>
v1::PublishDeleteAttachmentRequest Valid();
template <>
v1::PublishDeleteMessageRequest Valid();
template <>
v1::PublishCustomRequest Valid();

// The listed violations as "field description".
std::vector<std::string> Lines(const Violations& violations);

}  // namespace dino::event

#endif  // DINO_TESTS_UNIT_EVENT_VALID_REQUESTS_H_
