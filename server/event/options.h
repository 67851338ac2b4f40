#ifndef DINO_SERVER_EVENT_OPTIONS_H_
#define DINO_SERVER_EVENT_OPTIONS_H_

#include <cstdint>

#include "google/protobuf/duration.pb.h"
#include "server/event/messages.h"
#include "server/event/violations.h"

namespace dino::event {

// Checks a request's `options`.
void CheckOptions(const v1::PublishOptions& options, Violations& violations);

// An expiry as MQTT counts it: whole seconds, rounded up.
//
// REQUIRES: `CheckOptions` found nothing wrong with the options it belongs to.
std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_OPTIONS_H_
