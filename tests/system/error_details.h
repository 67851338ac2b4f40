#ifndef DINO_TESTS_SYSTEM_ERROR_DETAILS_H_
#define DINO_TESTS_SYSTEM_ERROR_DETAILS_H_

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>

#include <optional>
#include <string>
#include <vector>

namespace dino::testing {

// The detail of that type in the answer's `google.rpc.Status`, if any.
template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& answer) {
  google::rpc::Status status;
  if (!status.ParseFromString(answer.error_details())) return std::nullopt;
  for (const auto& any : status.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

// `ErrorInfo.reason`, if the domain is ours; empty otherwise.
std::string ReasonOf(const grpc::Status& answer);

// The field paths in `BadRequest`, in order.
std::vector<std::string> BadFieldsOf(const grpc::Status& answer);

// The name of the code and the message, for failed assertions.
std::string Describe(const grpc::Status& answer);

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_ERROR_DETAILS_H_
