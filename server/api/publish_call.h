#ifndef DINO_SERVER_API_PUBLISH_CALL_H_
#define DINO_SERVER_API_PUBLISH_CALL_H_

#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/event_call.h"
#include "server/api/event_draft.h"
#include "server/api/request_bytes.h"
#include "server/api/unary_call.h"

namespace dino::api {

// What every call that publishes one event has in common, whatever the event.
class PublishCallBase : public UnaryCall {
 protected:
  PublishCallBase(PublishContext& shared, transport::Call& call, std::string_view method,
                  std::size_t kind)
      : UnaryCall(shared, call, method, EventMeter::Via::kUnary, kind), event_call_(shared) {}

  // Answers with this delivery.
  virtual void Deliver(v1::Delivery delivery) = 0;

  // Publishes what a request asks for, or says what is wrong with it, and answers the call.
  void Publish(std::variant<EventDraft, grpc::Status> draft);

 private:
  void Stop() override { event_call_.Stop(); }

  EventCall event_call_;
};

// The call of one RPC.
template <typename Request, typename Response>
class PublishCall final : public PublishCallBase {
 public:
  PublishCall(PublishContext& shared, transport::Call& call)
      : PublishCallBase(shared, call, event::Kind<Request>::kMethod, event::kKindIndex<Request>) {}

 private:
  void Handle(const transport::Message& message) override {
    Request request;
    const grpc::Status error = ParseRequest(message, shared().call_limits, request);
    if (!error.ok()) return Refuse(error);
    Publish(DraftOf(request, message.bytes(), shared().limits));
  }

  void Deliver(v1::Delivery delivery) override {
    Response response;
    *response.mutable_delivery() = std::move(delivery);
    Finish(response);
  }
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_PUBLISH_CALL_H_
