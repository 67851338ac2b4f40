#include "server/api/event_results.h"

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "dino/events/v1/delivery.pb.h"
#include "server/api/errors.h"
#include "server/event/kinds.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

namespace {

constexpr char kDeadlineExceeded[] = "DEADLINE_EXCEEDED";
constexpr char kCancelled[] = "CANCELLED";
constexpr char kUnknown[] = "UNKNOWN";

// Those of errors before which nothing is known of an event's recipients.
constexpr std::array kOfRequests = {v1::INVALID_FIELD, v1::REQUEST_TOO_LARGE, v1::UNKNOWN_CALLER};
constexpr std::array kOfRecipients = {
    v1::IDEMPOTENCY_KEY_REUSED, v1::RESUME_TOKEN,  v1::CALLER_NOT_ALLOWED,
    v1::CALLER_QUOTA,           v1::OVERLOADED,    v1::SHUTTING_DOWN,
    v1::BROKER_UNREACHABLE,     v1::BROKER_BUSY,   v1::BROKER_NOT_AUTHORIZED,
    v1::BROKER_LIMIT,           v1::BROKER_REFUSED};

void Append(absl::Span<const v1::ErrorReason> reasons, std::vector<std::string>& names) {
  for (const v1::ErrorReason reason : reasons) names.push_back(v1::ErrorReason_Name(reason));
}

}  // namespace

EventMeter::Names EventNames() {
  EventMeter::Names names;
  names.kinds.assign(event::kEventKinds.begin(), event::kEventKinds.end());
  names.results = {"OK"};
  Append(kOfRequests, names.results);
  for (std::vector<std::string>* each : {&names.results, &names.reasons}) {
    Append(kOfRecipients, *each);
    each->insert(each->end(), {kDeadlineExceeded, kCancelled, kUnknown});
  }
  return names;
}

std::string ResultOf(const grpc::Status& error) {
  std::string reason = ReasonOf(error);
  if (!reason.empty()) return reason;
  switch (error.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return kDeadlineExceeded;
    case grpc::StatusCode::CANCELLED:
      return kCancelled;
    default:
      return kUnknown;
  }
}

std::string ResultOf(fanout::Failure failure) {
  switch (failure) {
    case fanout::Failure::kLimit:
      return v1::ErrorReason_Name(v1::BROKER_LIMIT);
    case fanout::Failure::kRefused:
      return v1::ErrorReason_Name(v1::BROKER_REFUSED);
    case fanout::Failure::kNotAuthorized:
      return v1::ErrorReason_Name(v1::BROKER_NOT_AUTHORIZED);
    case fanout::Failure::kBusy:
      return v1::ErrorReason_Name(v1::BROKER_BUSY);
    case fanout::Failure::kUnreachable:
      return v1::ErrorReason_Name(v1::BROKER_UNREACHABLE);
    case fanout::Failure::kTimeUp:
      return kDeadlineExceeded;
    case fanout::Failure::kOverloaded:
      return v1::ErrorReason_Name(v1::OVERLOADED);
    case fanout::Failure::kNone:
      break;
  }
  return kUnknown;
}

}  // namespace dino::api
