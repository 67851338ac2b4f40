#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

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

struct LimitCase {
  const char* name;
  std::uint8_t reason_code;
  std::size_t limit;
  std::size_t actual;
  const char* limit_name;
  const char* message;
};

class LimitTest : public ServerFixture, public ::testing::WithParamInterface<LimitCase> {};

TEST_P(LimitTest, TellsTheLimitAndWhatIsBeyondIt) {
  auto call = CallAsync(Request({7, 5}));
  const auto batch = publisher_.WaitForBatch();
  batch->Explain(1, {GetParam().reason_code, "", GetParam().limit, GetParam().actual});
  publisher_.End(batch, {{Outcome::kAcknowledged, 0, false},
                         {Outcome::kNotSent, GetParam().reason_code, false}});
  const grpc::Status status = call.get().status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr(GetParam().message));
  EXPECT_EQ(ReasonOf(status), "BROKER_LIMIT");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_THAT(info.metadata(),
              UnorderedElementsAre(Pair("limit_name", GetParam().limit_name),
                                   Pair("limit", std::to_string(GetParam().limit)),
                                   Pair("actual", std::to_string(GetParam().actual))));
  EXPECT_EQ(DetailOf<v1::PublishFailure>(status).acknowledged_count(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    All, LimitTest,
    ::testing::Values(
        LimitCase{"PacketSize", 0x95, 1000, 1203, "maximum_packet_size",
                  "the broker takes packets of at most 1000 bytes, and one would have 1203"},
        LimitCase{"Qos", 0x9B, 0, 1, "maximum_qos",
                  "the broker takes at most QoS 0, and this is QoS 1"}),
    [](const auto& test) { return std::string(test.param.name); });

using ReasonStringTest = ServerFixture;

TEST_F(ReasonStringTest, IsToldInMessageAndDetail) {
  auto call = CallAsync(Request({5}));
  const auto batch = publisher_.WaitForBatch();
  batch->Explain(0, {0x99, "not JSON"});
  publisher_.End(batch, PublicationOutcome{Outcome::kRejected, 0x99, false});
  const grpc::Status status = call.get().status;
  EXPECT_THAT(status.error_message(), HasSubstr("0x99 payload format invalid: not JSON; 0 of 1"));
  EXPECT_EQ(DetailOf<v1::PublishFailure>(status).reason_string(), "not JSON");
}

using LargeFailureTest = ServerFixture;

TEST_F(LargeFailureTest, AFailureOfALargeGroupFitsInTheTrailers) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 9007199254740991 - 9999);
  auto call = CallAsync(Request(users));
  const auto batch = publisher_.WaitForBatch();
  // As long as it may be, of characters that take most room in trailers.
  std::string reason;
  while (reason.size() < 256) reason += "\u00fc";
  batch->Explain(0, {0x97, reason});
  publisher_.End(batch, PublicationOutcome{Outcome::kRejected, 0x97, false});
  const grpc::Status status = call.get().status;
  EXPECT_LT(3 * status.error_message().size() + status.error_details().size() * 4 / 3, 7168U);
  EXPECT_EQ(DetailOf<v1::PublishFailure>(status).failed_recipients_size(), 32);
}

// How many bytes an error takes in trailers at most: its message percent-encoded, its details as
// base64.
std::size_t TrailerBytes(const grpc::Status& status) {
  return 3 * status.error_message().size() + (status.error_details().size() + 2) / 3 * 4;
}

TEST_F(LargeFailureTest, AFailureOfLongTopicsFitsInTheTrailersWithItsToken) {
  constexpr int kTopics = 10000;
  v1::PublishCustomRequest request;
  request.mutable_custom()->set_event_type("poll");
  request.mutable_custom()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  for (int i = 0; i < kTopics; ++i) {
    request.add_topics(std::to_string(10000 + i) + std::string(250, 't'));
  }
  auto call = std::async(std::launch::async, [this, request] {
    grpc::ClientContext context;
    v1::PublishCustomResponse response;
    return stub_->PublishCustom(&context, request, &response);
  });
  const auto batch = publisher_.WaitForBatch();
  std::string reason;
  while (reason.size() < 256) reason += "\u00fc";
  batch->Explain(0, {0x97, reason});
  // As irregular as it may be, which makes the token long.
  std::vector<PublicationOutcome> outcomes;
  std::mt19937 random(1);
  for (int i = 0; i < kTopics; ++i) {
    outcomes.push_back(random() % 2 == 0 ? kAcknowledged
                                         : PublicationOutcome{Outcome::kRejected, 0x97, false});
  }
  publisher_.End(batch, outcomes);
  const grpc::Status status = call.get();
  EXPECT_LE(TrailerBytes(status), 7900U);
  EXPECT_GT(DetailOf<v1::PublishFailure>(status).failed_recipients_size(), 2);
  EXPECT_GT(DetailOf<v1::PublishFailure>(status).resume_token().size(), 1000U);
}

}  // namespace
}  // namespace dino::api
