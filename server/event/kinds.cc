#include "server/event/kinds.h"

namespace dino::event {

std::string_view EventType(const v1::PublishCustomRequest& request) {
  return request.custom().event_type();
}

bool IsTypedEvent(std::string_view event_type) {
  return event_type != Kind<v1::PublishCustomRequest>::kName &&
         IndexOfKind(event_type) < kEventKinds.size();
}

}  // namespace dino::event
