#ifndef DINO_SERVER_API_EVENT_REQUEST_H_
#define DINO_SERVER_API_EVENT_REQUEST_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <variant>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/event_draft.h"
#include "server/event/limits.h"

namespace dino::api {

// Drafts the event of a batch or a stream, as `DraftOf` does for the request of its own RPC.
std::variant<EventDraft, grpc::Status> DraftOfAny(const v1::EventRequest& request,
                                                  const event::Limits& limits);

// Writes what became of such an event. `status` is OK if there is a delivery.
void WriteEventResult(const grpc::Status& status, v1::Delivery delivery, v1::EventResult& result);

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_REQUEST_H_
