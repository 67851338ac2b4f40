#ifndef DINO_SERVER_API_REQUEST_BYTES_H_
#define DINO_SERVER_API_REQUEST_BYTES_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include "server/api/call_limits.h"
#include "server/grpc/message.h"

namespace dino::api {

// Parses a request that came over the wire. Returns OK, or the answer that says that it is too
// large, or why it cannot be parsed (see `event::ParseRequest`).
grpc::Status ParseRequest(const transport::Message& bytes, const CallLimits& limits,
                          google::protobuf::Message& request);

// The answer to a call without a request.
grpc::Status NoRequest();

}  // namespace dino::api

#endif  // DINO_SERVER_API_REQUEST_BYTES_H_
