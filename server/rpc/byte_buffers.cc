#include "server/rpc/byte_buffers.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "server/event/request_parser.h"
#include "server/event/violations.h"
#include "server/rpc/errors.h"

namespace dino::rpc {

grpc::Status ParseRequest(const grpc::ByteBuffer& bytes, const CallLimits& limits,
                          google::protobuf::Message& request) {
  if (bytes.Length() > limits.max_request_bytes) {
    return RequestTooLarge(bytes.Length(), limits.max_request_bytes);
  }
  event::Violations violations;
  std::vector<grpc::Slice> slices;
  if (bytes.Valid() && !bytes.Dump(&slices).ok()) return InvalidFields(violations);
  std::vector<std::string_view> pieces;
  pieces.reserve(slices.size());
  for (const grpc::Slice& slice : slices) {
    pieces.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  if (event::ParseRequest(pieces, request, violations)) return grpc::Status::OK;
  return InvalidFields(violations);
}

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  grpc::ByteBuffer buffer;
  bool own_buffer = false;
  // Cannot fail for a message in memory below 2 GiB.
  (void)grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &buffer,
                                                                                   &own_buffer);
  return buffer;
}

}  // namespace dino::rpc
