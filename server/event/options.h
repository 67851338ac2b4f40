#ifndef DINO_SERVER_EVENT_OPTIONS_H_
#define DINO_SERVER_EVENT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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

using UserProperties = std::vector<std::pair<std::string, std::string>>;

// The caller's own user properties, by name, so that all copies of an event have one order.
UserProperties UserPropertiesOf(const v1::PublishOptions& options);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_OPTIONS_H_
