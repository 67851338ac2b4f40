#ifndef DINO_SERVER_API_ERROR_BUILDER_H_
#define DINO_SERVER_API_ERROR_BUILDER_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "dino/events/v1/delivery.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/fanout/call_result.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

// Collects the details of an error.
class ErrorBuilder {
 public:
  ErrorBuilder(grpc::StatusCode code, const std::string& message) {
    status_.set_code(code);
    status_.set_message(message);
  }

  template <typename Detail>
  ErrorBuilder& Add(const Detail& detail) {
    // Fails only for a message of 2 GiB.
    (void)status_.add_details()->PackFrom(detail);
    return *this;
  }

  // The reason, and the code that the broker gave if that is not 0.
  ErrorBuilder& Reason(v1::ErrorReason reason, std::uint8_t reason_code = 0);
  // `BROKER_LIMIT`, and which one it is.
  ErrorBuilder& Limit(const fanout::ResultSummary& summary);
  ErrorBuilder& RetryAfter(std::chrono::nanoseconds delay);

  grpc::Status Build() const;

 private:
  google::rpc::Status status_;
};

// What an error carries of that type.
template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& error) {
  google::rpc::Status status;
  Detail detail;
  if (!status.ParseFromString(error.error_details())) return std::nullopt;
  for (const auto& each : status.details()) {
    if (each.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

}  // namespace dino::api

#endif  // DINO_SERVER_API_ERROR_BUILDER_H_
