#include "server/rpc/publish_service.h"

#include <cstddef>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "server/event/kinds.h"
#include "server/rpc/batch_call.h"
#include "server/rpc/info_call.h"
#include "server/rpc/publish_call.h"

namespace dino::rpc {

namespace {

using Api = v1::EventPublisherService;

// The generated `Service` with these methods in raw bytes.
template <typename Service, template <typename> class... Methods>
struct Raw {
  using Type = Service;
};
template <typename Service, template <typename> class First, template <typename> class... Rest>
struct Raw<Service, First, Rest...> {
  using Type = First<typename Raw<Service, Rest...>::Type>;
};

#define DINO_RAW_METHOD(name, Name) , Api::WithRawMethod_Publish##Name
using RawService =
    Raw<Api::Service, Api::WithRawMethod_PublishBatch, Api::WithRawMethod_PublishStream,
        Api::WithRawMethod_GetServerInfo DINO_EVENT_KINDS(DINO_RAW_METHOD)>::Type;
#undef DINO_RAW_METHOD

// The number of methods that generated code has wrapped a service in.
template <typename Service>
inline constexpr std::size_t kMethods = 0;
template <template <typename> class Method, typename Service>
inline constexpr std::size_t kMethods<Method<Service>> = 1 + kMethods<Service>;

static_assert(kMethods<RawService> == kMethods<Api::AsyncService>,
              "an RPC of the service has no file in server/event/kinds");

}  // namespace

class PublishService::Service : public RawService {};

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
  MethodMeter& meter = shared.meters.Of(event::Kind<typename Rpc::Request>::kMethod);
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
#define DINO_LISTEN(name, Name)                                          \
  ListenFor<Rpc<v1::Publish##Name##Request, v1::Publish##Name##Response, \
                &Service::RequestPublish##Name>>(*service_, queue, shared_);
  DINO_EVENT_KINDS(DINO_LISTEN)
#undef DINO_LISTEN
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
