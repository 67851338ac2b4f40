#include "server/grpc/message.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace dino::transport {

Message::Message(const google::protobuf::Message& message) {
  bool own_buffer = false;
  // Cannot fail for a message in memory below 2 GiB.
  (void)grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(
      message, &buffer_, &own_buffer);
}

bool Message::Parse(google::protobuf::Message& message) const {
  if (!buffer_.Valid()) return false;
  grpc::ByteBuffer buffer = buffer_;
  grpc::ProtoBufferReader reader(&buffer);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

MessagePieces::MessagePieces(const Message& message) {
  if (!message.buffer().Valid() || !message.buffer().Dump(&slices_).ok()) return;
  pieces_.reserve(slices_.size());
  for (const grpc::Slice& slice : slices_) {
    pieces_.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
}

}  // namespace dino::transport
