#include "server/rpc/publish_service.h"

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "server/rpc/publish_call.h"

namespace dino::rpc {

// The generated service, with every method in raw bytes.
class PublishService::Service
    : public v1::EventPublisherService::WithRawMethod_PublishGroup<
          v1::EventPublisherService::WithRawMethod_PublishMessage<
              v1::EventPublisherService::WithRawMethod_PublishAttachment<
                  v1::EventPublisherService::WithRawMethod_PublishEdit<
                      v1::EventPublisherService::WithRawMethod_PublishActionLog<
                          v1::EventPublisherService::WithRawMethod_PublishRead<
                              v1::EventPublisherService::WithRawMethod_PublishJoin<
                                  v1::EventPublisherService::WithRawMethod_PublishLeave<
                                      v1::EventPublisherService::
                                          WithRawMethod_PublishDeleteAttachment<
                                              v1::EventPublisherService::
                                                  WithRawMethod_PublishDeleteMessage<
                                                      v1::EventPublisherService::Service>>>>>>>>>> {
};

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
  (new PublishCall<Service, Rpc>(service, queue, shared))->Listen();
}

}  // namespace

PublishService::PublishService(PublishContext& shared)
    : shared_(shared), service_(std::make_unique<Service>()) {}

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
}

}  // namespace dino::rpc
