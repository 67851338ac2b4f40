#include "clients/dino-publish/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/dino-publish/check_fixture.h"

namespace dino::publish_client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProbeTest : public CheckFixture {};

TEST_F(ProbeTest, AnEventIsPublishedToTheNamedTopic) {
  EXPECT_EQ(RunWith({"--publish=probe", "--timeout=2500ms"}), 0);
  EXPECT_THAT(out(), HasSubstr("\nacknowledged: event e after "));
  events::v1::PublishCustomRequest request;
  ASSERT_TRUE(request.ParseFromString(calls_.back().request));
  EXPECT_THAT(request.topics(), ElementsAre("probe"));
  EXPECT_EQ(request.custom().event_type(), "probe");
  EXPECT_FALSE(request.custom().group_id().empty());
  EXPECT_EQ(request.options().expiry().seconds(), 3);
}

TEST_F(ProbeTest, NoRightToPublish) {
  answers_[kPublish] = Failure(grpc::StatusCode::PERMISSION_DENIED, events::v1::CALLER_NOT_ALLOWED);
  EXPECT_EQ(Publish(), 13);
  EXPECT_EQ(err(), "dino-publish: no right to publish it: PERMISSION_DENIED: why\n");
}

TEST_F(ProbeTest, ABrokerThatRefuses) {
  answers_[kPublish] =
      Failure(grpc::StatusCode::PERMISSION_DENIED, events::v1::BROKER_NOT_AUTHORIZED, 0x87);
  EXPECT_EQ(Publish(), 14);
  EXPECT_EQ(err(), "dino-publish: refused 0x87: PERMISSION_DENIED: why\n");
}

TEST_F(ProbeTest, ABrokerThatClosesOnTheEvent) {
  answers_[kPublish] = Failure(grpc::StatusCode::INTERNAL, events::v1::BROKER_REFUSED);
  EXPECT_EQ(Publish(), 14);
  EXPECT_EQ(err(), "dino-publish: refused: INTERNAL: why\n");
}

TEST_F(ProbeTest, ABrokerThatIsLostMeanwhile) {
  answers_[kPublish] = Failure(grpc::StatusCode::UNAVAILABLE, events::v1::BROKER_UNREACHABLE);
  EXPECT_EQ(Publish(), 12);
  EXPECT_EQ(err(), "dino-publish: no broker: UNAVAILABLE: why\n");
}

TEST_F(ProbeTest, NoAcknowledgementInTime) {
  answers_[kPublish] = {grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late"), ""};
  EXPECT_EQ(Publish(), 15);
  EXPECT_EQ(err(), "dino-publish: not acknowledged: DEADLINE_EXCEEDED: late\n");
}

TEST_F(ProbeTest, AServerThatIsLostMeanwhile) {
  answers_[kPublish] = {grpc::Status(grpc::StatusCode::UNAVAILABLE, "reset"), ""};
  EXPECT_EQ(Publish(), 10);
}

TEST_F(ProbeTest, ATopicThatTheServerDoesNotTake) {
  answers_[kPublish] = Failure(grpc::StatusCode::INVALID_ARGUMENT, events::v1::INVALID_FIELD);
  EXPECT_EQ(Publish(), 3);
  EXPECT_EQ(err(), "dino-publish: not published: INVALID_ARGUMENT: why\n");
}

TEST_F(ProbeTest, TheEventIsReceivedByItsGroup) {
  EXPECT_EQ(Receive(), 0);
  EXPECT_THAT(out(), HasSubstr("\nreceived: after "));
  EXPECT_THAT(out(), HasSubstr(" ms from broker:1, topic dms/dev/probe\n"));
  EXPECT_EQ(broker_.topic, "dms/dev/probe");
  events::v1::PublishCustomRequest request;
  ASSERT_TRUE(request.ParseFromString(calls_.back().request));
  EXPECT_EQ(broker_.mark, request.custom().group_id());
}

TEST_F(ProbeTest, TheSubscriberShowsWhatTheOptionsSay) {
  EXPECT_EQ(RunWith({"--publish=probe", "--receive-from=broker:1", "--receive-topic=a/b",
                     "--mqtt-username=u", "--mqtt-password-file=p", "--mqtt-tls-ca-file=ca",
                     "--mqtt-tls-cert-file=c", "--mqtt-tls-key-file=k"}),
            0);
  EXPECT_EQ(broker_.topic, "a/b");
  EXPECT_EQ(broker_.access.username + broker_.access.password_file, "up");
  EXPECT_EQ(broker_.access.tls_ca_file, "ca");
  EXPECT_EQ(broker_.access.tls_cert_file + broker_.access.tls_key_file, "ck");
}

TEST_F(ProbeTest, ASubscriberThatCannotSubscribePublishesNothing) {
  broker_.on_subscribe = absl::PermissionDeniedError("0x87");
  EXPECT_EQ(Receive(), 16);
  EXPECT_EQ(err(), "dino-publish: cannot receive: broker:1, topic dms/dev/probe: 0x87\n");
  EXPECT_EQ(calls_.size(), 2U);
}

TEST_F(ProbeTest, AcknowledgedButNotReceived) {
  broker_.on_wait = absl::DeadlineExceededError("");
  EXPECT_EQ(Receive(), 17);
  EXPECT_EQ(err(),
            "dino-publish: acknowledged, not received: nothing came within 4000.0 ms from "
            "broker:1, topic dms/dev/probe\n");
}

TEST_F(ProbeTest, ASubscriberThatIsLostMeanwhile) {
  broker_.on_wait = absl::UnavailableError("reset");
  EXPECT_EQ(Receive(), 16);
  EXPECT_THAT(err(), HasSubstr("acknowledged, but cannot receive: "));
}

TEST_F(ProbeTest, AnEventThatWasRefusedIsNotWaitedFor) {
  answers_[kPublish] =
      Failure(grpc::StatusCode::PERMISSION_DENIED, events::v1::BROKER_NOT_AUTHORIZED, 0x87);
  broker_.on_wait = absl::DeadlineExceededError("");
  EXPECT_EQ(Receive(), 14);
}

}  // namespace
}  // namespace dino::publish_client
