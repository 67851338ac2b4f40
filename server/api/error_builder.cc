#include "server/api/error_builder.h"

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::api {
namespace {

constexpr char kDomain[] = "dino.events";

google::rpc::ErrorInfo InfoOf(v1::ErrorReason reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(v1::ErrorReason_Name(reason));
  info.set_domain(kDomain);
  return info;
}

// As CONNACK has it.
const char* LimitName(std::uint8_t reason_code) {
  return reason_code == mqtt::kQosNotSupported ? "maximum_qos" : "maximum_packet_size";
}

}  // namespace

ErrorBuilder& ErrorBuilder::Reason(v1::ErrorReason reason, std::uint8_t reason_code) {
  google::rpc::ErrorInfo info = InfoOf(reason);
  if (reason_code != 0) {
    (*info.mutable_metadata())["mqtt_reason_code"] = mqtt::DescribeReasonCode(reason_code);
  }
  return Add(info);
}

ErrorBuilder& ErrorBuilder::Limit(const fanout::ResultSummary& summary) {
  google::rpc::ErrorInfo info = InfoOf(v1::BROKER_LIMIT);
  auto& metadata = *info.mutable_metadata();
  metadata["limit_name"] = LimitName(summary.reason_code);
  metadata["limit"] = absl::StrCat(summary.limit);
  metadata["actual"] = absl::StrCat(summary.actual);
  return Add(info);
}

ErrorBuilder& ErrorBuilder::RetryAfter(std::chrono::nanoseconds delay) {
  google::rpc::RetryInfo info;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delay);
  info.mutable_retry_delay()->set_seconds(seconds.count());
  info.mutable_retry_delay()->set_nanos(
      static_cast<int>(std::chrono::nanoseconds(delay - seconds).count()));
  return Add(info);
}

grpc::Status ErrorBuilder::Build() const {
  return {static_cast<grpc::StatusCode>(status_.code()), status_.message(),
          status_.SerializeAsString()};
}

}  // namespace dino::api
