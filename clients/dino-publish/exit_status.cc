#include "clients/dino-publish/exit_status.h"

namespace dino::publish_client {

Exit ExitStatus(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return kSucceeded;
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::UNIMPLEMENTED:
      return kRefused;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return kTryAgain;
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return kNotAuthorized;
    default:
      return kFailed;
  }
}

}  // namespace dino::publish_client
