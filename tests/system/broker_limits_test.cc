#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// The limits in each CONNACK are obeyed for that connection.
class BrokerLimitsTest : public ::testing::Test {
 protected:
  static void ExpectRefused(const grpc::Status& status, const std::string& reason_code) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "BROKER_REFUSED");
    EXPECT_THAT(status.error_message(), HasSubstr(reason_code));
    const auto failure = DetailOf<v1::PublishFailure>(status);
    ASSERT_TRUE(failure.has_value());
    EXPECT_EQ(failure->acknowledged_count(), 0U);
  }

  // Reconnects the bridge to a broker that announces these limits.
  void Greet(const ConnAck& limits) {
    broker_.GreetWith(limits);
    broker_.DropConnections();
    broker_.WaitForSessions(1);
    bridge_.WaitForReadiness(true);
  }

  AutomaticBroker broker_;
  RestartableBridge bridge_{broker_.address(), {"--mqtt-sessions=1"}};
};

TEST_F(BrokerLimitsTest, ReceiveMaximumMayRiseAndFallBetweenConnections) {
  constexpr std::size_t kUsers = 100;
  constexpr std::size_t kWindow = 64;
  std::vector<std::int64_t> users(kUsers);
  std::iota(users.begin(), users.end(), 1);
  broker_.HoldAcks();
  std::future<grpc::Status> call;
  std::size_t published = 0;
  for (const std::uint16_t maximum : {2, 5, 200, 1}) {
    ConnAck limits;
    limits.receive_maximum = maximum;
    Greet(limits);
    if (!call.valid()) {
      call = std::async(std::launch::async,
                        [&] { return bridge_.Publish(MessageRequest(users, "hello")); });
    }
    published += std::min<std::size_t>(maximum, kWindow);
    EXPECT_THAT(broker_.WaitForPublications(published), SizeIs(published));
  }
  broker_.ReleaseAcks();

  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  // One of the last connection's had been published when the acks were released.
  EXPECT_THAT(broker_.publications(), SizeIs(published - 1 + kUsers));
}

TEST_F(BrokerLimitsTest, OnlyQos0IsServedByABrokerWithoutQos1) {
  ConnAck limits;
  limits.maximum_qos = 0;
  Greet(limits);
  v1::PublishMessageRequest request = MessageRequest({1, 2}, "hello");
  ExpectRefused(bridge_.Publish(request), "0x9b QoS not supported");
  EXPECT_THAT(broker_.publications(), SizeIs(0));
  request.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
  const grpc::Status status = bridge_.Publish(request);

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker_.WaitForPublications(2), SizeIs(2));
}

TEST_F(BrokerLimitsTest, OnlyEventsAboveTheBrokersLimitAreRefused) {
  ConnAck limits;
  limits.maximum_packet_size = 1000;
  Greet(limits);
  ExpectRefused(bridge_.Publish(MessageRequest({1, 2}, std::string(1000, 'x'))),
                "0x95 packet too large");
  EXPECT_THAT(broker_.publications(), SizeIs(0));
  const grpc::Status status = bridge_.Publish(MessageRequest({1, 2}, "hello"));

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker_.publications(), SizeIs(2));
}

}  // namespace
}  // namespace dino::testing
