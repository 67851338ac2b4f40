#ifndef DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
#define DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_

#include <grpcpp/support/status.h>

#include <cstdint>
#include <string>

#include "dino/events/v1/delivery.pb.h"

namespace dino::publish_client {

// A failed call in words: code and message, then one line for each thing that its
// `google.rpc.Status` details say. Control characters from the server are replaced.
std::string DescribeStatus(const grpc::Status& status);

// Its first line, without the end: code and message.
std::string InALine(const grpc::Status& status);

// What the details of a failed call say to a program.
struct ErrorFacts {
  // Unspecified if the error did not come from a bridge, or has none.
  events::v1::ErrorReason reason = events::v1::ERROR_REASON_UNSPECIFIED;
  // The broker's reason code for the first recipient that it refused; 0 for none.
  std::uint32_t broker_code = 0;
};
ErrorFacts FactsOf(const grpc::Status& status);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_STATUS_TEXT_H_
