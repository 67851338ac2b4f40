#include "server/rpc/publish_service.h"

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "server/rpc/batch_call.h"
#include "server/rpc/info_call.h"
#include "server/rpc/publish_call.h"

namespace dino::rpc {

namespace {

// The generated service, with one method after the other in raw bytes.
using Api = v1::EventPublisherService;
using RawGroup = Api::WithRawMethod_PublishGroup<Api::Service>;
using RawMessage = Api::WithRawMethod_PublishMessage<RawGroup>;
using RawAttachment = Api::WithRawMethod_PublishAttachment<RawMessage>;
using RawEdit = Api::WithRawMethod_PublishEdit<RawAttachment>;
using RawActionLog = Api::WithRawMethod_PublishActionLog<RawEdit>;
using RawRead = Api::WithRawMethod_PublishRead<RawActionLog>;
using RawJoin = Api::WithRawMethod_PublishJoin<RawRead>;
using RawLeave = Api::WithRawMethod_PublishLeave<RawJoin>;
using RawDeleteAttachment = Api::WithRawMethod_PublishDeleteAttachment<RawLeave>;
using RawDeleteMessage = Api::WithRawMethod_PublishDeleteMessage<RawDeleteAttachment>;
using RawCustom = Api::WithRawMethod_PublishCustom<RawDeleteMessage>;
using RawBatch = Api::WithRawMethod_PublishBatch<RawCustom>;
using RawStream = Api::WithRawMethod_PublishStream<RawBatch>;
using RawInfo = Api::WithRawMethod_GetServerInfo<RawStream>;

}  // namespace

class PublishService::Service : public RawInfo {};

namespace {

// Names one RPC for `PublishCall`; `kAsk` is the generated function that waits for a call.
template <typename RequestType, typename ResponseType, auto kAsk>
struct Rpc {
  using Request = RequestType;
  using Response = ResponseType;

  template <typename Service, typename Responder>
  static void Ask(Service& service, grpc::ServerContext* context, grpc::ByteBuffer* request,
                  Responder* responder, grpc::ServerCompletionQueue* queue, void* tag) {
    (service.*kAsk)(context, request, responder, queue, queue, tag);
  }
};

template <typename Rpc, typename Service>
void ListenFor(Service& service, grpc::ServerCompletionQueue& queue, PublishContext& shared) {
  MethodMeter& meter = shared.meters.Of(MethodOf<typename Rpc::Request>());
  (new PublishCall<Service, Rpc>(service, queue, shared, meter))->Listen();
}

}  // namespace

PublishService::PublishService(PublishContext& shared)
    : shared_(shared),
      open_streams_(shared.call_limits.max_publish_streams),
      service_(std::make_unique<Service>()) {}

PublishService::~PublishService() = default;

void PublishService::Register(grpc::ServerBuilder& builder) {
  builder.RegisterService(service_.get());
}

void PublishService::Listen(grpc::ServerCompletionQueue& queue) {
  using Group =
      Rpc<v1::PublishGroupRequest, v1::PublishGroupResponse, &Service::RequestPublishGroup>;
  using Message =
      Rpc<v1::PublishMessageRequest, v1::PublishMessageResponse, &Service::RequestPublishMessage>;
  using Attachment = Rpc<v1::PublishAttachmentRequest, v1::PublishAttachmentResponse,
                         &Service::RequestPublishAttachment>;
  using Edit = Rpc<v1::PublishEditRequest, v1::PublishEditResponse, &Service::RequestPublishEdit>;
  using ActionLog = Rpc<v1::PublishActionLogRequest, v1::PublishActionLogResponse,
                        &Service::RequestPublishActionLog>;
  using Read = Rpc<v1::PublishReadRequest, v1::PublishReadResponse, &Service::RequestPublishRead>;
  using Join = Rpc<v1::PublishJoinRequest, v1::PublishJoinResponse, &Service::RequestPublishJoin>;
  using Leave =
      Rpc<v1::PublishLeaveRequest, v1::PublishLeaveResponse, &Service::RequestPublishLeave>;
  using DeleteAttachment =
      Rpc<v1::PublishDeleteAttachmentRequest, v1::PublishDeleteAttachmentResponse,
          &Service::RequestPublishDeleteAttachment>;
  using DeleteMessage = Rpc<v1::PublishDeleteMessageRequest, v1::PublishDeleteMessageResponse,
                            &Service::RequestPublishDeleteMessage>;
  using Custom =
      Rpc<v1::PublishCustomRequest, v1::PublishCustomResponse, &Service::RequestPublishCustom>;

  ListenFor<Group>(*service_, queue, shared_);
  ListenFor<Message>(*service_, queue, shared_);
  ListenFor<Attachment>(*service_, queue, shared_);
  ListenFor<Edit>(*service_, queue, shared_);
  ListenFor<ActionLog>(*service_, queue, shared_);
  ListenFor<Read>(*service_, queue, shared_);
  ListenFor<Join>(*service_, queue, shared_);
  ListenFor<Leave>(*service_, queue, shared_);
  ListenFor<DeleteAttachment>(*service_, queue, shared_);
  ListenFor<DeleteMessage>(*service_, queue, shared_);
  ListenFor<Custom>(*service_, queue, shared_);
  ListenForOthers(queue);
}

void PublishService::ListenForOthers(grpc::ServerCompletionQueue& queue) {
  using Responder = grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>;
  (new BatchCall(shared_, [this, &queue](grpc::ServerContext& context, grpc::ByteBuffer& request,
                                         Responder& responder, void* tag) {
    service_->RequestPublishBatch(&context, &request, &responder, &queue, &queue, tag);
  }))->Listen();
  (new PublishStream(
       shared_, open_streams_,
       [this, &queue](grpc::ServerContext& context, PublishStream::Stream& stream, void* tag) {
         service_->RequestPublishStream(&context, &stream, &queue, &queue, tag);
       }))
      ->Listen();
  (new InfoCall(shared_, [this, &queue](grpc::ServerContext& context, grpc::ByteBuffer& request,
                                        Responder& responder, void* tag) {
    service_->RequestGetServerInfo(&context, &request, &responder, &queue, &queue, tag);
  }))->Listen();
}

}  // namespace dino::rpc
