#include "server/api/event_service.h"

#include <memory>
#include <string>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/batch_call.h"
#include "server/api/info_call.h"
#include "server/api/publish_call.h"
#include "server/event/kinds.h"

namespace dino::api {
namespace {

using Type = transport::Method::Type;
using Bound = transport::Method::Bound;

// A method whose calls `CallType` handles.
template <typename CallType>
transport::Method MethodOf(std::string_view name, PublishContext& shared,
                           Bound bound = Bound::kHandler) {
  return {kServiceName, std::string(name), Type::kUnary, bound,
          [&shared](transport::Call& call) { return std::make_unique<CallType>(shared, call); }};
}

}  // namespace

std::vector<transport::Method> EventService::Methods() {
  std::vector<transport::Method> methods;
#define DINO_METHOD(name, Name)                                                       \
  methods.push_back(                                                                  \
      MethodOf<PublishCall<v1::Publish##Name##Request, v1::Publish##Name##Response>>( \
          event::Kind<v1::Publish##Name##Request>::kMethod, shared_));
  DINO_EVENT_KINDS(DINO_METHOD)
#undef DINO_METHOD
  methods.push_back(MethodOf<BatchCall>("PublishBatch", shared_));
  methods.push_back(MethodOf<InfoCall>("GetServerInfo", shared_, Bound::kAnswers));
  methods.push_back(
      {kServiceName, "PublishStream", Type::kBidiStream, Bound::kHandler, [this](auto& call) {
         return std::make_unique<PublishStream>(shared_, open_streams_, call);
       }});
  return methods;
}

}  // namespace dino::api
