#ifndef DINO_SERVER_RPC_REFUSAL_H_
#define DINO_SERVER_RPC_REFUSAL_H_

#include <grpcpp/support/status.h>

#include <cstddef>

#include "server/rpc/call_log.h"
#include "server/rpc/publish_context.h"

namespace dino::rpc {

// Counts that a call, or an event of a call with many, is answered with `error` and nothing of it
// is published.
void CountRefusal(PublishContext& shared, const grpc::Status& error);

// Counts it, and logs it. `kind` as in `CallEnd`.
void NoteRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error,
                 std::size_t kind = CallEnd::kWhole);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_REFUSAL_H_
