#ifndef DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
#define DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_

#include <grpcpp/support/status.h>

#include <string>

namespace dino::publish_client {

// A failed call in words: code and message, then one line for each thing that its
// `google.rpc.Status` details say. Control characters of the server are not passed on.
std::string DescribeStatus(const grpc::Status& status);

// The program's exit status for the outcome of a call, as `--help` states it.
int ExitStatus(grpc::StatusCode code);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
