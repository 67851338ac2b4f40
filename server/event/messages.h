#ifndef DINO_SERVER_EVENT_MESSAGES_H_
#define DINO_SERVER_EVENT_MESSAGES_H_

// The generated messages of the API, under the short name `v1`.
#include "dino/events/v1/event_publisher_service.pb.h"

namespace dino::event {

namespace v1 = ::dino::events::v1;

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_MESSAGES_H_
