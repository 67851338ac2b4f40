#include "server/grpc/message.h"

#include <grpc/slice.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace dino::transport {

Message::Message(const google::protobuf::Message& message) {
  grpc_slice bytes = grpc_slice_malloc(message.ByteSizeLong());
  (void)message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(bytes));
  const grpc::Slice slice(bytes, grpc::Slice::STEAL_REF);
  grpc::ByteBuffer buffer(&slice, 1);
  buffer_.Swap(&buffer);
}

bool Message::Parse(google::protobuf::Message& message) const {
  // Parsed, it may take many times its bytes.
  constexpr std::size_t kMaxParsedBytes = 4096;
  if (!buffer_.Valid() || buffer_.Length() > kMaxParsedBytes) return false;
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
