#ifndef DINO_SERVER_RPC_CALL_METADATA_H_
#define DINO_SERVER_RPC_CALL_METADATA_H_

#include <grpcpp/server_context.h>

#include <string>

#include "server/base/clock.h"

namespace dino::rpc {

// When a call must be answered: a little before the caller's deadline, so that an error still
// reaches the caller with its details; `default_timeout` from now if the caller set none.
Clock::time_point AnswerBy(const grpc::ServerContextBase& context, Clock::duration default_timeout);

// The caller's W3C `traceparent`, or "" if there is none or it is not valid.
std::string Traceparent(const grpc::ServerContextBase& context);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_CALL_METADATA_H_
