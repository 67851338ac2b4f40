#include "clients/dino-publish/status_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dino/events/v1/delivery.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dino::publish_client {
namespace {

using events::v1::PublishFailure;
using events::v1::RecipientResult;
using google::protobuf::Any;

std::string WithoutControls(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::string Line(std::string text) { return "  " + WithoutControls(std::move(text)) + "\n"; }

std::string CodeName(grpc::StatusCode code) {
  constexpr std::array<const char*, 17> kNames = {"OK",
                                                  "CANCELLED",
                                                  "UNKNOWN",
                                                  "INVALID_ARGUMENT",
                                                  "DEADLINE_EXCEEDED",
                                                  "NOT_FOUND",
                                                  "ALREADY_EXISTS",
                                                  "PERMISSION_DENIED",
                                                  "RESOURCE_EXHAUSTED",
                                                  "FAILED_PRECONDITION",
                                                  "ABORTED",
                                                  "OUT_OF_RANGE",
                                                  "UNIMPLEMENTED",
                                                  "INTERNAL",
                                                  "UNAVAILABLE",
                                                  "DATA_LOSS",
                                                  "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "code " + std::to_string(code);
}

std::string Hexadecimal(std::uint32_t code) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "0x%02X", code);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string Describe(const google::rpc::BadRequest& detail) {
  std::string text;
  for (const auto& violation : detail.field_violations()) {
    text += Line(violation.field() + ": " + violation.description());
  }
  return text;
}

std::string Describe(const google::rpc::ErrorInfo& detail) {
  std::string text = Line("reason: " + detail.reason() + " (" + detail.domain() + ")");
  for (const auto& [key, value] : detail.metadata()) text += Line(absl::StrCat(key, ": ", value));
  return text;
}

std::string Describe(const google::rpc::RetryInfo& detail) {
  return Line("try again after: " +
              google::protobuf::util::TimeUtil::ToString(detail.retry_delay()));
}

std::string Describe(const RecipientResult& result) {
  std::string text = "user " + std::to_string(result.user_id()) + ": ";
  text += events::v1::Outcome_Name(result.outcome());
  if (result.reason_code() != 0) text += ", reason code " + Hexadecimal(result.reason_code());
  return Line(text);
}

std::string Describe(const PublishFailure& detail) {
  std::string text =
      Line("event " + detail.event_id() + ": " + std::to_string(detail.acknowledged_count()) +
           " of " + std::to_string(detail.recipient_count()) + " recipients acknowledged");
  if (!detail.reason_string().empty()) text += Line("the broker says: " + detail.reason_string());
  for (const RecipientResult& result : detail.failed_recipients()) text += Describe(result);
  const std::int64_t failed =
      std::int64_t{detail.recipient_count()} - std::int64_t{detail.acknowledged_count()};
  const std::int64_t unlisted = failed - detail.failed_recipients_size();
  if (unlisted > 0) text += Line("and " + std::to_string(unlisted) + " more");
  return text;
}

template <typename T>
bool DescribeAs(const Any& any, std::string& text) {
  T detail;
  if (!any.Is<T>() || !any.UnpackTo(&detail)) return false;
  text += Describe(detail);
  return true;
}

std::string DescribeDetail(const Any& any) {
  std::string text;
  const bool known = DescribeAs<google::rpc::ErrorInfo>(any, text) ||
                     DescribeAs<google::rpc::BadRequest>(any, text) ||
                     DescribeAs<google::rpc::RetryInfo>(any, text) ||
                     DescribeAs<PublishFailure>(any, text);
  return known ? text : Line("unknown detail: " + any.type_url());
}

}  // namespace

std::string InALine(const grpc::Status& status) {
  return CodeName(status.error_code()) + ": " + WithoutControls(status.error_message());
}

std::string DescribeStatus(const grpc::Status& status) {
  std::string text = InALine(status) + "\n";
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const Any& detail : details.details()) text += DescribeDetail(detail);
  } else {
    text += Line("its details cannot be read");
  }
  return text;
}

ErrorFacts FactsOf(const grpc::Status& status) {
  ErrorFacts facts;
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return facts;
  for (const Any& detail : details.details()) {
    google::rpc::ErrorInfo info;
    PublishFailure failure;
    if (detail.UnpackTo(&info)) {
      if (!events::v1::ErrorReason_Parse(info.reason(), &facts.reason)) facts.reason = {};
    } else if (detail.UnpackTo(&failure) && failure.failed_recipients_size() > 0) {
      facts.broker_code = failure.failed_recipients(0).reason_code();
    }
  }
  return facts;
}

}  // namespace dino::publish_client
