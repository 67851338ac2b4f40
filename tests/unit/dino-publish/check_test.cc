#include "clients/dino-publish/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/dino-publish/check_fixture.h"

namespace dino::publish_client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CheckTest : public CheckFixture {};

TEST_F(CheckTest, AGoodServerIsReachableKnowsItsCallerAndIsReady) {
  EXPECT_EQ(RunWith({}), 0);
  EXPECT_EQ(out(),
            "reachable: bridge:1\nknown: by version 1.2.3\nready: 1 of 2 sessions connected\n");
  EXPECT_THAT(err(), IsEmpty());
  ASSERT_EQ(calls_.size(), 2U);
  EXPECT_EQ(calls_.front().timeout, std::chrono::seconds(4));
}

TEST_F(CheckTest, NoServer) {
  answers_[kHealth] = {grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection\nrefused"), ""};
  EXPECT_EQ(RunWith({}), 10);
  EXPECT_EQ(err(), "dino-publish: unreachable: bridge:1: UNAVAILABLE: connection?refused\n");
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(CheckTest, AnUnknownCaller) {
  answers_[kInfo] = Failure(grpc::StatusCode::UNAUTHENTICATED, events::v1::UNKNOWN_CALLER);
  EXPECT_EQ(RunWith({}), 11);
  EXPECT_EQ(err(), "dino-publish: unknown caller: UNAUTHENTICATED: why\n");
  EXPECT_EQ(out(), "reachable: bridge:1\n");
}

TEST_F(CheckTest, ACallerWhoMayNotAskForTheServerIsKnown) {
  answers_[kInfo] = Failure(grpc::StatusCode::PERMISSION_DENIED, events::v1::CALLER_NOT_ALLOWED);
  EXPECT_EQ(RunWith({}), 0);
  EXPECT_THAT(out(), HasSubstr("known: but not allowed to call GetServerInfo\n"));
}

TEST_F(CheckTest, HealthAloneNeedsNoKnownCaller) {
  answers_[kInfo] = Failure(grpc::StatusCode::UNAUTHENTICATED, events::v1::UNKNOWN_CALLER);
  EXPECT_EQ(RunWith({"--health-only"}), 0);
  EXPECT_EQ(out(), "reachable: bridge:1\nready: as its health says\n");
  answers_[kHealth] = Serving(HealthResponse::NOT_SERVING);
  EXPECT_EQ(RunWith({"--health-only"}), 12);
  EXPECT_EQ(err(), "dino-publish: not ready: no broker, or it is shutting down\n");
  EXPECT_EQ(calls_.size(), 2U);
}

TEST_F(CheckTest, NoBroker) {
  answers_[kHealth] = Serving(HealthResponse::NOT_SERVING);
  answers_[kInfo] = Info(false);
  EXPECT_EQ(RunWith({"--publish=probe"}), 12);
  EXPECT_EQ(err(), "dino-publish: not ready: no broker: broker:1883: connection refused\n");
  EXPECT_EQ(calls_.size(), 2U);
}

TEST_F(CheckTest, AServerThatShutsDown) {
  answers_[kHealth] = Serving(HealthResponse::NOT_SERVING);
  answers_[kInfo] = Info(true, true);
  EXPECT_EQ(RunWith({}), 12);
  EXPECT_EQ(err(), "dino-publish: not ready: the server is shutting down\n");
}

TEST_F(CheckTest, ALineThatCannotBeWrittenFails) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(RunWith({}), 1);
}

}  // namespace
}  // namespace dino::publish_client
