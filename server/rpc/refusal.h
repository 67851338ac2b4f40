#ifndef DINO_SERVER_RPC_REFUSAL_H_
#define DINO_SERVER_RPC_REFUSAL_H_

#include <grpcpp/support/status.h>

#include <string_view>

#include "server/auth/caller.h"
#include "server/rpc/publish_context.h"

namespace dino::rpc {

// Logs and counts that a call, or an event of a call with many, is answered with `error` and
// nothing of it is published. `label` and `caller` as in `LogFailure`.
void NoteRefusal(const PublishContext& shared, std::string_view label, const grpc::Status& error,
                 const auth::Caller* caller);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_REFUSAL_H_
