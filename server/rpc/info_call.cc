#include "server/rpc/info_call.h"

#include "dino/events/v1/server_info.pb.h"
#include "server/rpc/byte_buffers.h"

namespace dino::rpc {

void InfoCall::Handle(const grpc::ByteBuffer& bytes) {
  v1::GetServerInfoRequest request;
  const grpc::Status error = ParseRequest(bytes, request);
  if (!error.ok()) return Finish(error);
  Finish(Serialize(shared_.info()));
}

}  // namespace dino::rpc
