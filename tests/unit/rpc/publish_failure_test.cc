#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "tests/unit/rpc/server_fixture.h"

namespace dino::rpc {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::HasSubstr;

struct FailureCase {
  const char* name;
  PublicationOutcome publication;
  grpc::StatusCode code;
  const char* reason;
  bool retry;
  v1::Outcome outcome;
};

class PublishFailureTest : public ServerFixture,
                           public ::testing::WithParamInterface<FailureCase> {};

TEST_P(PublishFailureTest, TellsHowFarTheEventCame) {
  auto call = CallAsync(Request({7, 5}));
  const auto batch = publisher_.WaitForBatch();
  publisher_.End(batch, {{Outcome::kAcknowledged, 0, false}, GetParam().publication});
  const grpc::Status status = call.get().status;
  EXPECT_EQ(status.error_code(), GetParam().code);
  if (GetParam().reason != nullptr) {
    EXPECT_EQ(ReasonOf(status), GetParam().reason);
  }
  if (GetParam().retry) {
    EXPECT_GT(DetailOf<google::rpc::RetryInfo>(status).retry_delay().seconds(), 0);
  }
  EXPECT_THAT(status.error_message(), HasSubstr("1 of 2 recipients were acknowledged"));
  const auto failure = DetailOf<v1::PublishFailure>(status);
  EXPECT_EQ(failure.event_id(), batch->options().user_properties.front().second);
  EXPECT_EQ(failure.recipient_count(), 2U);
  EXPECT_EQ(failure.acknowledged_count(), 1U);
  ASSERT_EQ(failure.failed_recipients_size(), 1);
  EXPECT_EQ(failure.failed_recipients(0).user_id(), 5);
  EXPECT_EQ(failure.failed_recipients(0).outcome(), GetParam().outcome);
  EXPECT_EQ(failure.failed_recipients(0).reason_code(), GetParam().publication.reason_code);
}

INSTANTIATE_TEST_SUITE_P(All, PublishFailureTest,
                         ::testing::Values(FailureCase{"Unreachable",
                                                       {Outcome::kNotSent, 0, true},
                                                       grpc::StatusCode::UNAVAILABLE,
                                                       "BROKER_UNREACHABLE",
                                                       true,
                                                       v1::OUTCOME_NOT_SENT},
                                           FailureCase{"TimeUp",
                                                       {Outcome::kUnknown, 0, false},
                                                       grpc::StatusCode::DEADLINE_EXCEEDED,
                                                       nullptr,
                                                       false,
                                                       v1::OUTCOME_UNKNOWN},
                                           FailureCase{"NotAuthorized",
                                                       {Outcome::kRejected, 0x87, false},
                                                       grpc::StatusCode::PERMISSION_DENIED,
                                                       "BROKER_NOT_AUTHORIZED",
                                                       false,
                                                       v1::OUTCOME_REJECTED},
                                           FailureCase{"Quota",
                                                       {Outcome::kRejected, 0x97, false},
                                                       grpc::StatusCode::UNAVAILABLE,
                                                       "BROKER_BUSY",
                                                       true,
                                                       v1::OUTCOME_REJECTED},
                                           FailureCase{"Unspecified",
                                                       {Outcome::kRejected, 0x80, false},
                                                       grpc::StatusCode::UNAVAILABLE,
                                                       "BROKER_BUSY",
                                                       true,
                                                       v1::OUTCOME_REJECTED},
                                           FailureCase{"ImplementationSpecific",
                                                       {Outcome::kRejected, 0x83, false},
                                                       grpc::StatusCode::UNAVAILABLE,
                                                       "BROKER_BUSY",
                                                       true,
                                                       v1::OUTCOME_REJECTED},
                                           FailureCase{"Other",
                                                       {Outcome::kRejected, 0x99, false},
                                                       grpc::StatusCode::INTERNAL,
                                                       "BROKER_REFUSED",
                                                       false,
                                                       v1::OUTCOME_REJECTED}),
                         [](const auto& test) { return std::string(test.param.name); });

using LargeFailureTest = ServerFixture;

TEST_F(LargeFailureTest, AFailureOfALargeGroupFitsInTheTrailers) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 9007199254740991 - 9999);
  auto call = CallAsync(Request(users));
  publisher_.End(publisher_.WaitForBatch(), PublicationOutcome{Outcome::kRejected, 0x97, false});
  const grpc::Status status = call.get().status;
  EXPECT_EQ(DetailOf<v1::PublishFailure>(status).failed_recipients_size(), 32);
}

}  // namespace
}  // namespace dino::rpc
