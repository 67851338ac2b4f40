#ifndef DINO_SERVER_RPC_CALL_METADATA_H_
#define DINO_SERVER_RPC_CALL_METADATA_H_

#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::rpc {

// When a call must be answered: a little before the caller's deadline, so that an error still
// reaches the caller with its details; `default_timeout` from now if the caller set none.
Clock::time_point AnswerBy(const grpc::ServerContextBase& context, Clock::duration default_timeout);

// The caller's W3C `traceparent`, or "" if there is none or it is not well formed.
std::string Traceparent(const grpc::ServerContextBase& context);

// The trace ID in a `traceparent`, or "" if that is "".
std::string_view TraceIdOf(std::string_view traceparent);

// True for `00-` and 32, 16 and 2 lower-case hexadecimal digits, joined by dashes, with IDs
// that are not all zero.
bool IsTraceparent(std::string_view text);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_CALL_METADATA_H_
