#include "server/api/errors.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dino/events/v1/delivery.pb.h"
#include "google/rpc/error_details.pb.h"
#include "server/api/delivery.h"
#include "server/api/error_builder.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::api {
namespace {

// When a refused call should be repeated: pending work goes quickly, brokers come back slowly.
constexpr std::chrono::milliseconds kRetryOverload{100};
constexpr std::chrono::milliseconds kRetryBroker{1000};

constexpr int kMaxFailedRecipients = 32;
constexpr std::size_t kMaxFailedRecipientBytes = 2048;

std::string DescribeLimit(const fanout::ResultSummary& summary) {
  return summary.reason_code == mqtt::kQosNotSupported
             ? absl::StrCat("the broker takes at most QoS ", summary.limit, ", and this is QoS ",
                            summary.actual)
             : absl::StrCat("the broker takes packets of at most ", summary.limit,
                            " bytes, and one would have ", summary.actual);
}

// The code that the broker gave, and its reason.
std::string DescribeCode(const fanout::ResultSummary& summary) {
  // It closed the connection without one.
  if (summary.reason_code == mqtt::kSuccess) return summary.reason_string;
  return absl::StrCat(mqtt::DescribeReasonCode(summary.reason_code),
                      summary.reason_string.empty() ? "" : ": ", summary.reason_string);
}

v1::PublishFailure Describe(const fanout::CallResult& result) {
  v1::PublishFailure failure;
  failure.set_event_id(result.event_id);
  failure.set_recipient_count(static_cast<std::uint32_t>(result.recipients.size()));
  failure.set_acknowledged_count(result.summary.acknowledged_count);
  failure.set_reason_string(result.summary.reason_string);
  failure.set_resume_token(std::string(result.resume_token));
  const std::size_t most_bytes = failure.ByteSizeLong() + kMaxFailedRecipientBytes;
  for (std::size_t i = 0; i < result.recipients.size(); ++i) {
    if (failure.failed_recipients_size() == kMaxFailedRecipients) break;
    if (mqtt::IsAcknowledged(result.outcomes[i].outcome)) continue;
    WriteResult(result, i, *failure.add_failed_recipients());
    // Topics may be long.
    if (failure.ByteSizeLong() <= most_bytes) continue;
    failure.mutable_failed_recipients()->RemoveLast();
    break;
  }
  return failure;
}

std::string ProgressOf(const fanout::CallResult& result) {
  return absl::StrCat(result.summary.acknowledged_count, " of ", result.recipients.size(),
                      " recipients were acknowledged");
}

google::rpc::BadRequest BadField(const std::string& field, const char* description) {
  google::rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field(field);
  violation.set_description(description);
  return bad_request;
}

ErrorBuilder FailureError(const fanout::ResultSummary& summary, const std::string& progress) {
  using fanout::Failure;
  switch (summary.failure) {
    case Failure::kLimit:
      return ErrorBuilder(grpc::StatusCode::FAILED_PRECONDITION,
                          absl::StrCat(DescribeLimit(summary), "; ", progress))
          .Limit(summary);
    case Failure::kNotAuthorized:
      return ErrorBuilder(grpc::StatusCode::PERMISSION_DENIED,
                          absl::StrCat("the broker does not let this server publish to a topic: ",
                                       DescribeCode(summary), "; ", progress))
          .Reason(v1::BROKER_NOT_AUTHORIZED, summary.reason_code);
    case Failure::kBusy:
      return ErrorBuilder(
                 grpc::StatusCode::UNAVAILABLE,
                 absl::StrCat("the broker is busy: ", DescribeCode(summary), "; ", progress))
          .Reason(v1::BROKER_BUSY, summary.reason_code)
          .RetryAfter(kRetryBroker);
    case Failure::kUnreachable:
      return ErrorBuilder(
                 grpc::StatusCode::UNAVAILABLE,
                 absl::StrCat("the broker was lost, or not ready, for too long; ", progress))
          .Reason(v1::BROKER_UNREACHABLE)
          .RetryAfter(kRetryBroker);
    case Failure::kOverloaded:
      return ErrorBuilder(grpc::StatusCode::RESOURCE_EXHAUSTED,
                          absl::StrCat("too much work is pending; ", progress))
          .Reason(v1::OVERLOADED)
          .RetryAfter(kRetryOverload);
    case Failure::kTimeUp:
      return {grpc::StatusCode::DEADLINE_EXCEEDED, absl::StrCat("the deadline passed; ", progress)};
    case Failure::kRefused:
    case Failure::kNone:
      break;
  }
  return ErrorBuilder(grpc::StatusCode::INTERNAL,
                      absl::StrCat("the broker refused: ", DescribeCode(summary), "; ", progress))
      .Reason(v1::BROKER_REFUSED, summary.reason_code);
}

}  // namespace

grpc::Status InvalidFields(const event::Violations& violations) {
  google::rpc::BadRequest bad_request;
  for (const event::Violation& violation : violations.listed()) {
    auto& field_violation = *bad_request.add_field_violations();
    field_violation.set_field(violation.field);
    field_violation.set_description(violation.description);
  }
  return ErrorBuilder(grpc::StatusCode::INVALID_ARGUMENT, violations.Summary())
      .Reason(v1::INVALID_FIELD)
      .Add(bad_request)
      .Build();
}

grpc::Status Refused(fanout::Refusal refusal) {
  switch (refusal) {
    case fanout::Refusal::kUnreachable:
      return ErrorBuilder(grpc::StatusCode::UNAVAILABLE,
                          "no broker is connected; nothing was published")
          .Reason(v1::BROKER_UNREACHABLE)
          .RetryAfter(kRetryBroker)
          .Build();
    case fanout::Refusal::kKeyReused:
      return ErrorBuilder(grpc::StatusCode::INVALID_ARGUMENT,
                          "options.idempotency_key was used for another event; nothing was "
                          "published")
          .Reason(v1::IDEMPOTENCY_KEY_REUSED)
          .Add(BadField("options.idempotency_key",
                        "was used with another event type, content (its IDs and times too), set of "
                        "recipients or qos"))
          .Build();
    case fanout::Refusal::kResumeToken:
      return ErrorBuilder(grpc::StatusCode::INVALID_ARGUMENT,
                          "options.resume_token is damaged or belongs to another event; nothing "
                          "was published")
          .Reason(v1::RESUME_TOKEN)
          .Add(BadField("options.resume_token",
                        "must be as the failed call's PublishFailure has it, and the event, its "
                        "recipients, qos and idempotency_key the same"))
          .Build();
    case fanout::Refusal::kOverloaded:
      break;
  }
  return ErrorBuilder(grpc::StatusCode::RESOURCE_EXHAUSTED,
                      "too much work is pending; nothing was published")
      .Reason(v1::OVERLOADED)
      .RetryAfter(kRetryOverload)
      .Build();
}

grpc::Status ShuttingDown() {
  return ErrorBuilder(grpc::StatusCode::UNAVAILABLE,
                      "this server is shutting down; nothing was published")
      .Reason(v1::SHUTTING_DOWN)
      .RetryAfter(kRetryOverload)
      .Build();
}

grpc::Status EndedByShutdown(const fanout::CallResult& result) {
  return ErrorBuilder(grpc::StatusCode::UNAVAILABLE,
                      absl::StrCat("this server is shutting down; ", ProgressOf(result)))
      .Reason(v1::SHUTTING_DOWN)
      .RetryAfter(kRetryOverload)
      .Add(Describe(result))
      .Build();
}

grpc::Status Failed(const fanout::CallResult& result) {
  const std::string progress = ProgressOf(result);
  return FailureError(result.summary, progress).Add(Describe(result)).Build();
}

grpc::Status RequestTooLarge(std::size_t bytes, std::size_t max_bytes) {
  return ErrorBuilder(
             grpc::StatusCode::INVALID_ARGUMENT,
             absl::StrCat("the request has ", bytes, " bytes; at most ", max_bytes, " are taken"))
      .Reason(v1::REQUEST_TOO_LARGE)
      .Build();
}

grpc::Status TooManyStreams() {
  return ErrorBuilder(grpc::StatusCode::RESOURCE_EXHAUSTED,
                      "too many streams are open; nothing was published")
      .Reason(v1::OVERLOADED)
      .RetryAfter(kRetryOverload)
      .Build();
}

grpc::Status ConnectionAge() {
  return ErrorBuilder(grpc::StatusCode::UNAVAILABLE,
                      "the stream's connection has become old; what was taken has been answered")
      .Reason(v1::CONNECTION_AGE)
      .Build();
}

grpc::Status Unauthenticated(const std::string& message) {
  return ErrorBuilder(grpc::StatusCode::UNAUTHENTICATED, message)
      .Reason(v1::UNKNOWN_CALLER)
      .Build();
}

grpc::Status NotAllowed(const std::string& message) {
  return ErrorBuilder(grpc::StatusCode::PERMISSION_DENIED, message)
      .Reason(v1::CALLER_NOT_ALLOWED)
      .Build();
}

grpc::Status OverQuota(std::chrono::nanoseconds wait) {
  return ErrorBuilder(grpc::StatusCode::RESOURCE_EXHAUSTED,
                      "the caller's quota is used up; nothing was published")
      .Reason(v1::CALLER_QUOTA)
      .RetryAfter(wait)
      .Build();
}

std::string ReasonOf(const grpc::Status& error) {
  return DetailOf<google::rpc::ErrorInfo>(error).value_or(google::rpc::ErrorInfo()).reason();
}

std::optional<std::chrono::milliseconds> RetryDelayOf(const grpc::Status& error) {
  const auto info = DetailOf<google::rpc::RetryInfo>(error);
  if (!info.has_value()) return std::nullopt;
  const auto& delay = info->retry_delay();
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::seconds(delay.seconds()) +
                                                      std::chrono::nanoseconds(delay.nanos()));
}

}  // namespace dino::api
