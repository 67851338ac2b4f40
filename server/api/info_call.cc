#include "server/api/info_call.h"

#include "dino/events/v1/server_info.pb.h"
#include "server/api/request_bytes.h"

namespace dino::api {

void InfoCall::Handle(const transport::Message& message) {
  v1::GetServerInfoRequest request;
  const grpc::Status error = ParseRequest(message, shared().call_limits, request);
  if (!error.ok()) return Refuse(error);
  v1::GetServerInfoResponse response = shared().info();
  response.set_draining(shared().leaving.load(std::memory_order_relaxed));
  Finish(response);
}

}  // namespace dino::api
