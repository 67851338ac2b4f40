#ifndef DINO_SERVER_RPC_BYTE_BUFFERS_H_
#define DINO_SERVER_RPC_BYTE_BUFFERS_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "server/rpc/call_limits.h"

namespace dino::rpc {

// Parses a request that came over the wire. Returns OK, or the answer that says that it is too
// large, or why it cannot be parsed (see `event::ParseRequest`).
grpc::Status ParseRequest(const grpc::ByteBuffer& bytes, const CallLimits& limits,
                          google::protobuf::Message& request);

// Bytes of a message, for the wire.
grpc::ByteBuffer Serialize(const google::protobuf::Message& message);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_BYTE_BUFFERS_H_
