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

using ::testing::_;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// The limits in each CONNACK are obeyed for that connection.
class BrokerLimitsTest : public ::testing::Test {
 protected:
  // Returns by what the limit was exceeded, which has that name and value; 0 if it was not.
  static std::size_t ValueAbove(const grpc::Status& status, const std::string& name,
                                std::size_t limit) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "BROKER_LIMIT");
    const auto info = DetailOf<google::rpc::ErrorInfo>(status);
    const auto failure = DetailOf<v1::PublishFailure>(status);
    if (!info.has_value() || !failure.has_value()) return 0;
    EXPECT_EQ(failure->acknowledged_count(), 0U);
    EXPECT_EQ(failure->failed_recipients(0).outcome(), v1::OUTCOME_NOT_SENT);
    const auto& metadata = info->metadata();
    EXPECT_THAT(metadata,
                UnorderedElementsAre(Pair("limit_name", name), Pair("limit", std::to_string(limit)),
                                     Pair("actual", _)));
    return metadata.count("actual") == 0 ? 0 : std::stoul(metadata.at("actual"));
  }

  // Reconnects the bridge to a broker that announces these limits.
  void Greet(const ConnAck& limits) {
    broker_.GreetWith(limits);
    // As a broker that restarts: what is in flight is not suspected to be the reason.
    Disconnect goodbye;
    goodbye.reason_code = 0x8B;
    goodbye.form = Form::kReasonCode;
    broker_.DropConnections(Encode(goodbye));
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
  EXPECT_EQ(ValueAbove(bridge_.Publish(request), "maximum_qos", 0), 1U);
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
  EXPECT_GT(ValueAbove(bridge_.Publish(MessageRequest({1, 2}, std::string(1000, 'x'))),
                       "maximum_packet_size", 1000),
            1000U);
  EXPECT_THAT(broker_.publications(), SizeIs(0));
  const grpc::Status status = bridge_.Publish(MessageRequest({1, 2}, "hello"));

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker_.publications(), SizeIs(2));
}

}  // namespace
}  // namespace dino::testing
