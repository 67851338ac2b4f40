#ifndef DINO_SERVER_GRPC_MESSAGE_H_
#define DINO_SERVER_GRPC_MESSAGE_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace dino::transport {

// The bytes of a message on the wire: a request that is handled by us when it cannot be parsed, and
// not by the library, or an answer.
class Message {
 public:
  // Nothing, to be received into.
  Message() = default;
  // What `message` is on the wire.
  explicit Message(const google::protobuf::Message& message);

  // For requests that say little, of whomever: false if the bytes are no such message or more than
  // 4,096; `message` is unspecified then.
  bool Parse(google::protobuf::Message& message) const;

  std::size_t bytes() const { return buffer_.Length(); }

  const grpc::ByteBuffer& buffer() const { return buffer_; }
  grpc::ByteBuffer& buffer() { return buffer_; }

 private:
  grpc::ByteBuffer buffer_;
};

// The bytes of a message, as they lie in memory. Keeps them there.
class MessagePieces {
 public:
  explicit MessagePieces(const Message& message);

  absl::Span<const std::string_view> get() const& { return pieces_; }
  void get() && = delete;

 private:
  std::vector<grpc::Slice> slices_;
  std::vector<std::string_view> pieces_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_MESSAGE_H_
