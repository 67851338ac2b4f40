#ifndef DINO_SERVER_EVENT_OPTION_CHECKS_H_
#define DINO_SERVER_EVENT_OPTION_CHECKS_H_

#include "server/event/messages.h"
#include "server/event/violations.h"

namespace dino::event {

// Adds what is wrong with a request's `options`.
void CheckOptions(const v1::PublishOptions& options, Violations& violations);

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_OPTION_CHECKS_H_
