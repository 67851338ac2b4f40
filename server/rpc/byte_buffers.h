#ifndef DINO_SERVER_RPC_BYTE_BUFFERS_H_
#define DINO_SERVER_RPC_BYTE_BUFFERS_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "server/event/violations.h"

namespace dino::rpc {

// Parses what came over the wire; if that fails, says why in `violations` (see `ParseRequest`).
bool ParseBuffer(const grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                 event::Violations& violations);

// Bytes of a message, for the wire.
grpc::ByteBuffer Serialize(const google::protobuf::Message& message);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_BYTE_BUFFERS_H_
