#include "server/rpc/info_call.h"

#include "dino/events/v1/server_info.pb.h"
#include "server/rpc/byte_buffers.h"
#include "server/rpc/caller_check.h"
#include "server/rpc/errors.h"
#include "server/rpc/refusal.h"

namespace dino::rpc {

void InfoCall::Handle(const grpc::ByteBuffer& bytes) {
  v1::GetServerInfoRequest request;
  grpc::Status error = CheckCaller(shared_, context(), origin());
  if (error.ok()) error = ParseRequest(bytes, shared_.call_limits, request);
  if (!error.ok()) {
    NoteRefusal(shared_, origin(), error);
    return Finish(error);
  }
  Finish(Serialize(shared_.info()));
}

}  // namespace dino::rpc
