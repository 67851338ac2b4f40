#ifndef DINO_SERVER_RPC_CALLER_CHECK_H_
#define DINO_SERVER_RPC_CALLER_CHECK_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <optional>
#include <string_view>

#include "server/rpc/call_log.h"
#include "server/rpc/publish_context.h"

namespace dino::rpc {

// Finds out who makes a call, by the API key in its metadata (`authorization: Bearer <key>`) or the
// connection's client certificate, and whether they may call the method. Returns OK or the answer
// to the call. Sets `origin.caller`, which stays null if callers are not checked.
grpc::Status CheckCaller(const PublishContext& shared, const grpc::ServerContextBase& context,
                         CallOrigin& origin);

// The key in an `authorization` value: none if it does not begin with "Bearer " in any case, or
// what follows cannot be a key.
std::optional<std::string_view> BearerKey(std::string_view authorization);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_CALLER_CHECK_H_
