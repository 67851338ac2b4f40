#include "clients/dino-publish/status_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "dino/events/v1/delivery.pb.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/support/case_name.h"

namespace dino::publish_client {
namespace {

using grpc::StatusCode;

// A status as the server sends it, with packed details.
template <typename... Details>
grpc::Status MakeStatus(StatusCode code, const std::string& message, const Details&... details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  (static_cast<void>(status.add_details()->PackFrom(details)), ...);
  return {code, message, status.SerializeAsString()};
}

google::rpc::ErrorInfo Reason(const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("dino.events");
  return info;
}

google::rpc::BadRequest TwoViolations() {
  google::rpc::BadRequest bad;
  auto* first = bad.add_field_violations();
  first->set_field("message.group_id");
  first->set_description("must be a UUID");
  auto* second = bad.add_field_violations();
  second->set_field("user_ids[3]");
  second->set_description("must be at least 1");
  return bad;
}

google::rpc::RetryInfo RetryAfter(int millis) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(millis / 1000);
  retry.mutable_retry_delay()->set_nanos(millis % 1000 * 1000000);
  return retry;
}

events::v1::PublishFailure Failure() {
  events::v1::PublishFailure failure;
  failure.set_event_id("c87efd18");
  failure.set_recipient_count(10);
  failure.set_acknowledged_count(7);
  auto* rejected = failure.add_failed_recipients();
  rejected->set_user_id(42);
  failure.set_reason_string("not\nyours");
  rejected->set_outcome(events::v1::OUTCOME_REJECTED);
  rejected->set_reason_code(0x87);
  auto* unknown = failure.add_failed_recipients();
  unknown->set_user_id(43);
  unknown->set_outcome(events::v1::OUTCOME_UNKNOWN);
  return failure;
}

google::rpc::ErrorInfo ReasonWithMetadata() {
  google::rpc::ErrorInfo info = Reason("BROKER_REFUSED");
  (*info.mutable_metadata())["mqtt_reason_code"] = "0x99";
  return info;
}

struct TextCase {
  std::string name;
  grpc::Status status;
  std::string text;
};

class DescribeStatusTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(DescribeStatusTest, ShowsEverythingFromTheServer) {
  EXPECT_EQ(DescribeStatus(GetParam().status), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, DescribeStatusTest,
    ::testing::Values(
        TextCase{"WithoutDetails",
                 {StatusCode::UNAVAILABLE, "Connection refused"},
                 "UNAVAILABLE: Connection refused\n"},
        TextCase{"LastCode", {StatusCode::UNAUTHENTICATED, "who"}, "UNAUTHENTICATED: who\n"},
        TextCase{"FieldViolations",
                 MakeStatus(StatusCode::INVALID_ARGUMENT, "2 fields break a rule",
                            Reason("INVALID_FIELD"), TwoViolations()),
                 "INVALID_ARGUMENT: 2 fields break a rule\n"
                 "  reason: INVALID_FIELD (dino.events)\n"
                 "  message.group_id: must be a UUID\n"
                 "  user_ids[3]: must be at least 1\n"},
        TextCase{"RetryDelay",
                 MakeStatus(StatusCode::RESOURCE_EXHAUSTED, "too much work", Reason("OVERLOADED"),
                            RetryAfter(100)),
                 "RESOURCE_EXHAUSTED: too much work\n"
                 "  reason: OVERLOADED (dino.events)\n"
                 "  try again after: 0.100s\n"},
        TextCase{"FailedRecipients",
                 MakeStatus(StatusCode::PERMISSION_DENIED, "the broker refuses", Failure()),
                 "PERMISSION_DENIED: the broker refuses\n"
                 "  event c87efd18: 7 of 10 recipients acknowledged\n"
                 "  the broker says: not?yours\n"
                 "  user 42: OUTCOME_REJECTED, reason code 0x87\n"
                 "  user 43: OUTCOME_UNKNOWN\n"
                 "  and 1 more\n"},
        TextCase{"Metadata", MakeStatus(StatusCode::INTERNAL, "refused", ReasonWithMetadata()),
                 "INTERNAL: refused\n"
                 "  reason: BROKER_REFUSED (dino.events)\n"
                 "  mqtt_reason_code: 0x99\n"},
        TextCase{"UnknownDetail", MakeStatus(StatusCode::INTERNAL, "m", google::rpc::DebugInfo()),
                 "INTERNAL: m\n"
                 "  unknown detail: type.googleapis.com/google.rpc.DebugInfo\n"},
        TextCase{"DamagedDetails",
                 {StatusCode::INTERNAL, "m", "\xff"},
                 "INTERNAL: m\n  its details cannot be read\n"},
        TextCase{"ControlCharacters",
                 MakeStatus(StatusCode::INTERNAL, "a\nb\x1b[31m", Reason("R\n")),
                 "INTERNAL: a?b?[31m\n  reason: R? (dino.events)\n"}),
    testing::CaseName());

TEST(FactsOfTest, AreTheReasonAndTheFirstCodeOfTheBroker) {
  const ErrorFacts facts =
      FactsOf(MakeStatus(StatusCode::PERMISSION_DENIED, "", Reason("BROKER_BUSY"), Failure()));
  EXPECT_EQ(facts.reason, events::v1::BROKER_BUSY);
  EXPECT_EQ(facts.broker_code, Failure().failed_recipients(0).reason_code());
}

TEST(FactsOfTest, OthersHaveNone) {
  EXPECT_EQ(FactsOf({StatusCode::UNAVAILABLE, "", "\xff"}).reason,
            events::v1::ERROR_REASON_UNSPECIFIED);
  const ErrorFacts facts = FactsOf(MakeStatus(StatusCode::UNAVAILABLE, "", Reason("OTHER")));
  EXPECT_EQ(facts.reason, events::v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(facts.broker_code, 0U);
}

}  // namespace
}  // namespace dino::publish_client
