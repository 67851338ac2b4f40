#include "tests/soak/answer.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dino::soak {
namespace {

using testing::Answer;
using testing::CallEnd;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::IsEmpty;
namespace v1 = ::dino::events::v1;

const std::vector<std::int64_t> kUsers = {5, 6, 7};

// A `PublishFailure` of which only user 5 was acknowledged.
v1::PublishFailure Failure() {
  v1::PublishFailure failure;
  failure.set_event_id("id");
  failure.set_recipient_count(3);
  failure.set_acknowledged_count(1);
  v1::RecipientResult& unsent = *failure.add_failed_recipients();
  unsent.set_user_id(6);
  unsent.set_outcome(v1::OUTCOME_NOT_SENT);
  v1::RecipientResult& unknown = *failure.add_failed_recipients();
  unknown.set_user_id(7);
  unknown.set_outcome(v1::OUTCOME_UNKNOWN);
  return failure;
}

// An error with these details; no reason if it is empty.
grpc::Status Error(grpc::StatusCode code, const std::string& reason,
                   const v1::PublishFailure* failure = nullptr) {
  google::rpc::Status details;
  details.set_code(code);
  if (!reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain("dino.events");
    (void)details.add_details()->PackFrom(info);
  }
  if (failure != nullptr) (void)details.add_details()->PackFrom(*failure);
  return {code, "", details.SerializeAsString()};
}

CallEnd EndOf(const grpc::Status& status) { return ReadEnd(status, v1::Delivery(), kUsers); }

TEST(ReadEndTest, OkNamesItsEvent) {
  v1::Delivery delivery;
  delivery.set_event_id("id");
  const CallEnd end = ReadEnd(grpc::Status::OK, delivery, kUsers);
  EXPECT_EQ(end.answer, Answer::kOk);
  EXPECT_EQ(end.event_id, "id");
}

TEST(ReadEndTest, AFailureHasTheOutcomeOfEachUser) {
  const v1::PublishFailure failure = Failure();
  for (const std::string reason : {"BROKER_UNREACHABLE", ""}) {
    const CallEnd end = EndOf(Error(grpc::StatusCode::UNAVAILABLE, reason, &failure));
    EXPECT_EQ(end.answer, Answer::kFailed);
    EXPECT_EQ(end.event_id, "id");
    EXPECT_THAT(end.fates, ElementsAre(Fate::kAcknowledged, Fate::kNotSent, Fate::kUnknown));
  }
}

TEST(ReadEndTest, AnIncompleteFailureSaysNothingOfUsers) {
  v1::PublishFailure failure = Failure();
  failure.mutable_failed_recipients()->RemoveLast();
  const CallEnd end = EndOf(Error(grpc::StatusCode::UNAVAILABLE, "BROKER_UNREACHABLE", &failure));
  EXPECT_EQ(end.answer, Answer::kFailed);
  EXPECT_THAT(end.fates, IsEmpty());
}

TEST(ReadEndTest, AFailureOfOtherUsersSaysNothingOfTheseUsers) {
  v1::PublishFailure failure = Failure();
  failure.mutable_failed_recipients(0)->set_user_id(8);
  const CallEnd end = EndOf(Error(grpc::StatusCode::UNAVAILABLE, "BROKER_UNREACHABLE", &failure));
  EXPECT_THAT(end.fates, IsEmpty());
}

TEST(ReadEndTest, AServiceErrorWithoutAFailurePromisesThatNothingWasPublished) {
  for (const std::string reason : {"OVERLOADED", "BROKER_UNREACHABLE", "SHUTTING_DOWN"}) {
    EXPECT_EQ(EndOf(Error(grpc::StatusCode::UNAVAILABLE, reason)).answer, Answer::kRefused);
  }
}

TEST(ReadEndTest, AnErrorOfTheClientPromisesNothing) {
  EXPECT_EQ(EndOf({grpc::StatusCode::DEADLINE_EXCEEDED, ""}).answer, Answer::kUnheard);
  EXPECT_EQ(EndOf({grpc::StatusCode::CANCELLED, ""}).answer, Answer::kUnheard);
}

TEST(OutcomeOfTest, IsTheReasonOrTheCode) {
  EXPECT_EQ(OutcomeOf(grpc::Status::OK), "OK");
  EXPECT_EQ(OutcomeOf(Error(grpc::StatusCode::UNAVAILABLE, "OVERLOADED")), "OVERLOADED");
  EXPECT_EQ(OutcomeOf({grpc::StatusCode::DEADLINE_EXCEEDED, ""}), "DEADLINE_EXCEEDED");
  EXPECT_EQ(OutcomeOf({grpc::StatusCode::CANCELLED, ""}), "CANCELLED");
  EXPECT_EQ(OutcomeOf({grpc::StatusCode::UNAVAILABLE, ""}), "status 14");
}

}  // namespace
}  // namespace dino::soak
