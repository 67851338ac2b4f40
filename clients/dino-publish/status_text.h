#ifndef DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
#define DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_

#include <grpcpp/support/status.h>

#include <string>

namespace dino::publish_client {

// A failed call in words: code and message, then one line for each thing that its
// `google.rpc.Status` details say. Control characters from the server are replaced.
std::string DescribeStatus(const grpc::Status& status);

// The program's exit status for the result of a call, as listed by `--help`.
int ExitStatus(grpc::StatusCode code);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
