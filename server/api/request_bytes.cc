#include "server/api/request_bytes.h"

#include "server/api/errors.h"
#include "server/event/request_parser.h"
#include "server/event/violations.h"

namespace dino::api {

grpc::Status ParseRequest(const transport::Message& bytes, const CallLimits& limits,
                          google::protobuf::Message& request) {
  if (bytes.bytes() > limits.max_request_bytes) {
    return RequestTooLarge(bytes.bytes(), limits.max_request_bytes);
  }
  event::Violations violations;
  const transport::MessagePieces pieces(bytes);
  const bool parsed =
      event::ParseRequest(pieces.get(), limits.max_parsed_bytes(), request, violations);
  return parsed ? grpc::Status::OK : InvalidFields(violations);
}

grpc::Status NoRequest() {
  event::Violations violations;
  violations.Add("request", "must be one message");
  return InvalidFields(violations);
}

}  // namespace dino::api
