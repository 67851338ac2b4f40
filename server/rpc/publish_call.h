#ifndef DINO_SERVER_RPC_PUBLISH_CALL_H_
#define DINO_SERVER_RPC_PUBLISH_CALL_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/event/event_json.h"
#include "server/event/event_traits.h"
#include "server/event/validation.h"
#include "server/event/violations.h"
#include "server/fanout/event_batch.h"
#include "server/fanout/fanout.h"
#include "server/fanout/keyed_calls.h"
#include "server/rpc/delivery.h"
#include "server/rpc/errors.h"
#include "server/rpc/publish_context.h"
#include "server/rpc/unary_call.h"

namespace dino::rpc {

// What every call that publishes one event has in common, whatever the event: from the bytes
// of the request to the bytes of the answer.
class PublishCallBase : public UnaryCall {
 protected:
  PublishCallBase(PublishContext& shared, std::string_view event_type)
      : UnaryCall(shared.tracker), shared_(shared), event_type_(event_type) {}

  PublishContext& shared() const { return shared_; }

  // The response with this delivery, serialized.
  virtual grpc::ByteBuffer Response(v1::Delivery delivery) const = 0;

  // Parses; if that fails, answers the call and returns false.
  bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& request);
  // Gets room for an event without idempotency key; if there is none, answers the call.
  std::optional<fanout::Admission::Ticket> Admit(std::size_t recipients, std::size_t request_bytes);
  void Publish(fanout::Admission::Ticket ticket, std::string json,
               std::vector<std::int64_t> recipients, const v1::PublishOptions& options);
  // The way for an event with one.
  void PublishKeyed(std::string json, std::vector<std::int64_t> recipients,
                    const v1::PublishOptions& options, std::size_t request_bytes);
  // Answers with an error, and logs it.
  void Fail(const grpc::Status& error, std::string_view event_id = {});

 private:
  void Cancelled() override;
  fanout::Event EventOf(std::string json, std::vector<std::int64_t> recipients,
                        const v1::PublishOptions& options);
  void OnEnded(const fanout::Ending& ending);

  PublishContext& shared_;
  const std::string_view event_type_;
  mqtt::Clock::time_point started_at_;
  v1::ResultDetail result_detail_ = v1::RESULT_DETAIL_UNSPECIFIED;
  // What it waits for: one of them.
  std::shared_ptr<fanout::EventBatch> batch_;
  std::shared_ptr<fanout::KeyedCall> keyed_call_;
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

  PublishCall(Service& service, grpc::ServerCompletionQueue& queue, PublishContext& shared)
      : PublishCallBase(shared, event::EventType(Request::default_instance())),
        service_(service),
        queue_(queue) {}

 private:
  void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request, Responder& responder,
                     void* tag) override {
    Rpc::Ask(service_, &context, &request, &responder, &queue_, tag);
  }

  UnaryCall* Next() const override { return new PublishCall(service_, queue_, shared()); }

  void Handle(const grpc::ByteBuffer& bytes) override {
    Request request;
    if (!Parse(bytes, request)) return;
    const event::Violations violations = event::Validate(request, shared().limits);
    if (!violations.empty()) return Fail(InvalidFields(violations));
    const std::string_view unsupported = event::UnsupportedField(request.options());
    if (!unsupported.empty()) return Fail(UnsupportedField(unsupported));
    std::vector<std::int64_t> recipients = event::Recipients(request);
    if (!request.options().idempotency_key().empty()) {
      return PublishKeyed(event::EventJson(request), std::move(recipients), request.options(),
                          bytes.Length());
    }
    auto ticket = Admit(recipients.size(), bytes.Length());
    if (!ticket.has_value()) return;
    Publish(std::move(*ticket), event::EventJson(request), std::move(recipients),
            request.options());
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
