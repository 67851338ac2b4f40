#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string ReasonCodeOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info.has_value()) return {};
  const auto found = info->metadata().find("mqtt_reason_code");
  return found == info->metadata().end() ? std::string() : found->second;
}

std::string EventIdOf(const Publish& publish) {
  for (const auto& [name, value] : publish.user_properties) {
    if (name == "event_id") return value;
  }
  return {};
}

std::size_t CountLosses(RestartableBridge& bridge) {
  const std::vector<LogRecord> log = bridge.Stop();
  return static_cast<std::size_t>(
      std::count_if(log.begin(), log.end(),
                    [](const LogRecord& record) { return record.message() == "session lost"; }));
}

// Whether the publication is resent during the call.
enum class Repeated { kNo, kYes };

struct AnswerCase {
  const char* name;
  std::uint8_t reason_code;
  grpc::StatusCode code;
  const char* reason;
  // The name of the code.
  const char* told;
  Repeated repeated;
};

// A broker that answers with a code for user 2, and with success for all others.
class BrokerAnswerTest : public ::testing::TestWithParam<AnswerCase> {
 protected:
  BrokerAnswerTest() {
    broker_.AnswerWith([](const Publish& publish) {
      return publish.topic == "dms/dev/2" ? GetParam().reason_code : std::uint8_t{0};
    });
    bridge_.WaitForReadiness(true);
    // Until then a broker may have no access rules yet.
    EXPECT_TRUE(bridge_.Publish(MessageRequest({4}, "the first")).ok());
  }

  std::size_t PublicationsTo(const std::string& topic) const {
    const std::vector<Publish> all = broker_.publications();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&topic](const Publish& each) { return each.topic == topic; }));
  }

  static void ExpectFailure(const grpc::Status& status) {
    EXPECT_EQ(ReasonOf(status), GetParam().reason);
    EXPECT_EQ(ReasonCodeOf(status), GetParam().told);
    EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(status).has_value(),
              status.error_code() == grpc::StatusCode::UNAVAILABLE);
    const auto failure = DetailOf<v1::PublishFailure>(status);
    ASSERT_TRUE(failure.has_value());
    EXPECT_EQ(failure->recipient_count(), 3U);
    EXPECT_EQ(failure->acknowledged_count(), 2U);
    ASSERT_EQ(failure->failed_recipients_size(), 1);
    EXPECT_EQ(failure->failed_recipients(0).user_id(), 2);
    EXPECT_EQ(failure->failed_recipients(0).outcome(), v1::OUTCOME_REJECTED);
    EXPECT_EQ(failure->failed_recipients(0).reason_code(), GetParam().reason_code);
  }

  // What is repeated fails at the deadline only. Callers wait longer, so the answer comes from the
  // bridge.
  static std::vector<std::string> Flags() {
    const bool repeated = GetParam().repeated == Repeated::kYes;
    return {"--mqtt-sessions=1", repeated ? "--default-deadline=2s" : "--default-deadline=60s"};
  }

  AutomaticBroker broker_;
  RestartableBridge bridge_{broker_.address(), Flags()};
};

TEST_P(BrokerAnswerTest, MapsToTheStatusOfTheContract) {
  v1::Delivery delivery;
  const grpc::Status status = bridge_.Publish(MessageRequest({1, 2, 3}, "hello"), &delivery,
                                              RestartableBridge::Deadline::kNone);

  EXPECT_EQ(status.error_code(), GetParam().code) << Describe(status);
  if (status.ok()) {
    EXPECT_EQ(delivery.acknowledged_count(), 3U);
    EXPECT_EQ(delivery.no_subscriber_count(), GetParam().reason_code == 0x10 ? 1U : 0U);
  } else {
    ExpectFailure(status);
    const std::string logged = bridge_.WaitForRecord("call failed").Text("error");
    EXPECT_THAT(logged, HasSubstr("2 of 3 recipients were acknowledged"));
    if (status.error_code() == grpc::StatusCode::INTERNAL) {
      EXPECT_THAT(logged, HasSubstr(GetParam().told));
    }
  }
  EXPECT_EQ(PublicationsTo("dms/dev/2") > 1, GetParam().repeated == Repeated::kYes);
  EXPECT_EQ(PublicationsTo("dms/dev/1"), 1U);
  EXPECT_EQ(PublicationsTo("dms/dev/3"), 1U);
  EXPECT_EQ(CountLosses(bridge_), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Puback, BrokerAnswerTest,
    ::testing::Values(
        AnswerCase{"Success", 0x00, grpc::StatusCode::OK, "", "", Repeated::kNo},
        AnswerCase{"NoMatchingSubscribers", 0x10, grpc::StatusCode::OK, "", "", Repeated::kNo},
        AnswerCase{"UnspecifiedError", 0x80, grpc::StatusCode::UNAVAILABLE, "BROKER_BUSY",
                   "0x80 unspecified error", Repeated::kYes},
        AnswerCase{"ImplementationSpecificError", 0x83, grpc::StatusCode::UNAVAILABLE,
                   "BROKER_BUSY", "0x83 implementation specific error", Repeated::kYes},
        AnswerCase{"NotAuthorized", 0x87, grpc::StatusCode::PERMISSION_DENIED,
                   "BROKER_NOT_AUTHORIZED", "0x87 not authorized", Repeated::kNo},
        AnswerCase{"TopicNameInvalid", 0x90, grpc::StatusCode::INTERNAL, "BROKER_REFUSED",
                   "0x90 topic name invalid", Repeated::kNo},
        AnswerCase{"QuotaExceeded", 0x97, grpc::StatusCode::UNAVAILABLE, "BROKER_BUSY",
                   "0x97 quota exceeded", Repeated::kYes},
        AnswerCase{"PayloadFormatInvalid", 0x99, grpc::StatusCode::INTERNAL, "BROKER_REFUSED",
                   "0x99 payload format invalid", Repeated::kNo},
        AnswerCase{"UnknownCode", 0xC5, grpc::StatusCode::INTERNAL, "BROKER_REFUSED",
                   "0xc5 unknown reason", Repeated::kNo}),
    [](const auto& test) { return std::string(test.param.name); });

// What the broker refused on a connection on which it has acknowledged nothing yet.
TEST(YoungSessionTest, ADeadlineThatEndsBeforeTheBrokerHasItsRulesIsNoRefusal) {
  AutomaticBroker broker;
  broker.AnswerWith([](const Publish& /*publish*/) { return std::uint8_t{0x87}; });
  RestartableBridge bridge(broker.address(), {"--default-deadline=2s", "--mqtt-sessions=1"});
  bridge.WaitForReadiness(true);
  const grpc::Status status =
      bridge.Publish(MessageRequest({1}, "hello"), nullptr, RestartableBridge::Deadline::kNone);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "BROKER_UNREACHABLE");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_value());
  const auto failure = DetailOf<v1::PublishFailure>(status);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->failed_recipients(0).outcome(), v1::OUTCOME_NOT_SENT);
  EXPECT_GT(broker.publications().size(), 1U);
}

TEST(SecondConnectionTest, WhatIsRefusedThereMayHaveArrivedOnTheFirst) {
  FakeBroker broker;
  RestartableBridge bridge(broker.address(), {"--mqtt-sessions=1"});
  FakeConnection first = broker.AcceptSession();
  bridge.WaitForReadiness(true);
  auto call =
      std::async(std::launch::async, [&] { return bridge.Publish(MessageRequest({1}, "hello")); });
  first.ExpectPublish();
  first.Reset();
  FakeConnection second = broker.AcceptSession();
  second.Send(PubAck{second.ExpectPublish().packet_id, 0x99, Form::kLong});
  const grpc::Status status = call.get();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "BROKER_REFUSED");
  const auto failure = DetailOf<v1::PublishFailure>(status);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->failed_recipients(0).outcome(), v1::OUTCOME_UNKNOWN);
  EXPECT_EQ(failure->failed_recipients(0).reason_code(), 0x99U);
  EXPECT_EQ(failure->reason_string(), "because");
}

TEST(LateAckTest, AnAckAfterTenSecondsCountsIfTheAckTimeoutIsLonger) {
  AutomaticBroker broker;
  FaultProxy proxy(broker.port());
  RestartableBridge bridge(proxy.address(), {"--mqtt-ack-timeout=60s", "--mqtt-sessions=1"});
  bridge.WaitForReadiness(true);
  Shape slow;
  slow.delay = std::chrono::seconds(10);
  proxy.Set(FaultProxy::Direction::kToClient, slow);
  const grpc::Status status = bridge.Publish(MessageRequest({1, 2, 3}, "hello"));

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker.publications(), SizeIs(3));
  EXPECT_EQ(CountLosses(bridge), 0U);
}

TEST(LateAckTest, AfterTheAckTimeoutTheEventIsPublishedAgain) {
  AutomaticBroker broker;
  RestartableBridge bridge(broker.address(), {"--mqtt-ack-timeout=500ms", "--mqtt-sessions=1"});
  bridge.WaitForReadiness(true);
  broker.HoldAcks();
  v1::Delivery delivery;
  auto call = std::async(std::launch::async,
                         [&] { return bridge.Publish(MessageRequest({1}, "hello"), &delivery); });
  broker.WaitForPublications(2);
  broker.ReleaseAcks();
  const grpc::Status status = call.get();

  EXPECT_TRUE(status.ok()) << Describe(status);
  const std::vector<Publish> publications = broker.publications();
  for (const Publish& publish : publications) EXPECT_EQ(EventIdOf(publish), delivery.event_id());
  EXPECT_EQ(bridge.WaitForRecord("session lost").Text("reason"), "no PUBACK in time");
  EXPECT_EQ(CountLosses(bridge), publications.size() - 1);
}

}  // namespace
}  // namespace dino::testing
