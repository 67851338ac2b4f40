#include "server/api/publish_call.h"

#include "server/api/call_metadata.h"

namespace dino::api {

void PublishCallBase::Publish(std::variant<EventDraft, grpc::Status> draft) {
  if (const auto* error = std::get_if<grpc::Status>(&draft)) return Refuse(*error);
  event_call_.Start(std::get<EventDraft>(std::move(draft)),
                    AnswerBy(call(), shared().default_deadline), origin(),
                    [this](const grpc::Status& status, v1::Delivery delivery) {
                      if (status.ok()) {
                        Deliver(std::move(delivery));
                      } else {
                        Finish(status);
                      }
                    });
}

}  // namespace dino::api
