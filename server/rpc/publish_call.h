#ifndef DINO_SERVER_RPC_PUBLISH_CALL_H_
#define DINO_SERVER_RPC_PUBLISH_CALL_H_

#include <cstddef>
#include <utility>
#include <variant>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/rpc/event_call.h"
#include "server/rpc/event_draft.h"
#include "server/rpc/publish_context.h"
#include "server/rpc/unary_call.h"

namespace dino::rpc {

// What every call that publishes one event has in common, whatever the event: from the bytes
// of the request to the bytes of the answer.
class PublishCallBase : public UnaryCall {
 protected:
  // `kind` is the place of its events in `event::kEventKinds`.
  PublishCallBase(PublishContext& shared, MethodMeter& meter, std::size_t kind)
      : UnaryCall(shared.tracker, meter), shared_(shared), kind_(kind), event_call_(shared) {}

  PublishContext& shared() const { return shared_; }

  // The response with this delivery, serialized.
  virtual grpc::ByteBuffer Response(v1::Delivery delivery) const = 0;

  // Finds out who calls, and parses; if that fails, answers the call and returns false.
  bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);
  // Publishes what a request asks for, or says what is wrong with it, and answers the call.
  void Publish(std::variant<EventDraft, grpc::Status> draft);

 private:
  void Cancelled() override { event_call_.Stop(); }
  grpc::Status Check(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);

  PublishContext& shared_;
  const std::size_t kind_;
  EventCall event_call_;
};

// The call of one RPC. `Rpc` names its types and how to wait for it:
//
//   struct Rpc {
//     using Request = v1::PublishMessageRequest;
//     using Response = v1::PublishMessageResponse;
//     static void Ask(Service&, ServerContext*, ByteBuffer*,
//     ServerAsyncResponseWriter<ByteBuffer>*,
//                     ServerCompletionQueue*, void* tag);
//   };
template <typename Service, typename Rpc>
class PublishCall final : public PublishCallBase {
 public:
  using Request = typename Rpc::Request;

  PublishCall(Service& service, grpc::ServerCompletionQueue& queue, PublishContext& shared,
              MethodMeter& meter)
      : PublishCallBase(shared, meter, event::kKindIndex<Request>),
        service_(service),
        queue_(queue) {}

 private:
  void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request, Responder& responder,
                     void* tag) override {
    Rpc::Ask(service_, &context, &request, &responder, &queue_, tag);
  }

  UnaryCall* Next() const override { return new PublishCall(service_, queue_, shared(), meter()); }

  void Handle(const grpc::ByteBuffer& bytes) override {
    Request request;
    if (Parse(bytes, request)) Publish(DraftOf(request, bytes.Length(), shared().limits));
  }

  grpc::ByteBuffer Response(v1::Delivery delivery) const override {
    typename Rpc::Response response;
    *response.mutable_delivery() = std::move(delivery);
    return Serialize(response);
  }

  Service& service_;
  grpc::ServerCompletionQueue& queue_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_PUBLISH_CALL_H_
