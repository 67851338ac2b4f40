#include "tests/soak/answer.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "tests/system/error_details.h"

namespace dino::soak {
namespace {

using testing::Answer;
using testing::Fate;
namespace v1 = ::dino::events::v1;

// An error after which something may have been published says so in a detail. Without that detail,
// an error with a reason, which is the service's own, promises that nothing was.
Answer AnswerOf(const grpc::Status& status, bool has_failure) {
  if (status.ok()) return Answer::kOk;
  if (has_failure) return Answer::kFailed;
  return testing::ReasonOf(status).empty() ? Answer::kUnheard : Answer::kRefused;
}

// Empty if not all that failed are listed.
std::vector<Fate> FatesOf(const v1::PublishFailure& failure,
                          const std::vector<std::int64_t>& users) {
  const auto listed = static_cast<std::size_t>(failure.failed_recipients_size());
  if (failure.recipient_count() != users.size() ||
      failure.acknowledged_count() + listed != users.size()) {
    return {};
  }
  std::vector<Fate> fates(users.size(), Fate::kAcknowledged);
  for (const v1::RecipientResult& result : failure.failed_recipients()) {
    const auto user = std::find(users.begin(), users.end(), result.user_id());
    if (user == users.end()) return {};
    fates[static_cast<std::size_t>(user - users.begin())] =
        result.outcome() == v1::OUTCOME_NOT_SENT ? Fate::kNotSent : Fate::kUnknown;
  }
  return fates;
}

}  // namespace

testing::CallEnd ReadEnd(const grpc::Status& status, const v1::Delivery& delivery,
                         const std::vector<std::int64_t>& users) {
  testing::CallEnd end;
  const auto failure = testing::DetailOf<v1::PublishFailure>(status);
  end.answer = AnswerOf(status, failure.has_value());
  end.event_id = failure ? failure->event_id() : delivery.event_id();
  if (failure) end.fates = FatesOf(*failure, users);
  return end;
}

std::string ResumeTokenOf(const grpc::Status& status) {
  const auto failure = testing::DetailOf<v1::PublishFailure>(status);
  return failure ? failure->resume_token() : "";
}

std::string OutcomeOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  std::string reason = testing::ReasonOf(status);
  if (!reason.empty()) return reason;
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return "DEADLINE_EXCEEDED";
  if (status.error_code() == grpc::StatusCode::CANCELLED) return "CANCELLED";
  return absl::StrCat("status ", static_cast<int>(status.error_code()));
}

}  // namespace dino::soak
