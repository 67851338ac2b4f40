#include "tests/system/broker_suite/unwelcome_caller.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tests/soak/answer.h"
#include "tests/soak/witness.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::broker_suite {

using testing::Clock;
namespace v1 = ::dino::events::v1;

UnwelcomeCaller::UnwelcomeCaller(testing::BridgeProcess& bridge, testing::Ledger& ledger,
                                 Unwelcome what, Judging judging, Part& part)
    : bridge_(bridge),
      ledger_(ledger),
      what_(std::move(what)),
      judging_(judging),
      part_(part),
      number_(ledger_.AddCaller(what_.users.front(), what_.users.size())) {}

void UnwelcomeCaller::Publish() { Call(ledger_.Begin(number_, Clock::now())); }

void UnwelcomeCaller::Repeat() { Call(ledger_.Repeat(number_, Clock::now())); }

void UnwelcomeCaller::Finish() {
  std::vector<std::string> texts;
  for (const auto& [answer, count] : answers_) texts.push_back(absl::StrCat(count, " ", answer));
  const auto slowest = std::chrono::duration<double>(slowest_).count();
  part_.figures.push_back(absl::StrFormat("answered %s, the slowest after %.2f s",
                                          absl::StrJoin(texts, ", "), slowest));
}

void UnwelcomeCaller::Call(std::uint32_t event) {
  std::string text = soak::TextOf({number_, event});
  v1::PublishMessageRequest request = testing::MessageRequest(what_.users, text);
  request.mutable_options()->set_idempotency_key(text);
  if (what_.padding > 0) {
    request.mutable_message()->set_message_payload(
        absl::StrCat(text, " ", std::string(what_.padding, 'x')));
  }
  const Clock::time_point begin = Clock::now();
  v1::Delivery delivery;
  const grpc::Status status = PublishMessage(bridge_, request, &delivery);
  testing::CallEnd end = soak::ReadEnd(status, delivery, what_.users);
  end.at = Clock::now();
  end.allowed = testing::kPatience;
  ledger_.End(number_, end);
  slowest_ = std::max(slowest_, end.at - begin);
  ++calls_;
  Judge(status);
}

void UnwelcomeCaller::Judge(const grpc::Status& status) {
  if (status.ok()) {
    ++answers_["OK"];
    part_.Expect(false, "the broker acknowledges what it should refuse");
    return;
  }
  std::string answer = soak::OutcomeOf(status);
  const auto failure = testing::DetailOf<v1::PublishFailure>(status);
  std::vector<std::int64_t> rejected;
  if (failure && judging_ == Judging::kAllAnswers) {
    for (const v1::RecipientResult& result : failure->failed_recipients()) {
      if (result.outcome() == v1::OUTCOME_REJECTED) rejected.push_back(result.user_id());
      part_.Expect(result.outcome() == v1::OUTCOME_REJECTED,
                   absl::StrCat("user ", result.user_id(),
                                " is not REJECTED: ", v1::Outcome_Name(result.outcome())));
      absl::StrAppend(&answer, " ", absl::Hex(result.reason_code(), absl::kZeroPad2));
    }
  }
  ++answers_[answer];
  if (judging_ == Judging::kNone) return;
  part_.Expect(rejected == what_.refused,
               absl::StrCat("REJECTED are ", absl::StrJoin(rejected, ","), " and not ",
                            absl::StrJoin(what_.refused, ","), ": ", testing::Describe(status)));
}

}  // namespace dino::broker_suite
