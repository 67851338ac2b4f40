#include <gtest/gtest.h>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr HealthStatus kServing = health::HealthCheckResponse::SERVING;
constexpr HealthStatus kNotServing = health::HealthCheckResponse::NOT_SERVING;

class BrokerAbsenceTest : public ::testing::Test {
 protected:
  MosquittoBroker broker_{MosquittoBroker::Persistence::kNone, MosquittoBroker::Startup::kLater};
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(BrokerAbsenceTest, IsAliveButNotReady) {
  EXPECT_EQ(bridge_.Health("liveness"), kServing);
  EXPECT_EQ(bridge_.Health(""), kNotServing);
  EXPECT_EQ(bridge_.Health(kServiceName), kNotServing);
  EXPECT_TRUE(bridge_.running());
}

TEST_F(BrokerAbsenceTest, CallsAreRefusedWithARetryDelay) {
  const grpc::Status status = PublishMessage(bridge_, MessageRequest({1}, "hello"));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "BROKER_UNREACHABLE");
  const auto retry = DetailOf<google::rpc::RetryInfo>(status);
  ASSERT_TRUE(retry.has_value());
  EXPECT_GT(retry->retry_delay().seconds() + retry->retry_delay().nanos(), 0);
}

TEST_F(BrokerAbsenceTest, InvalidRequestsAreStillReported) {
  const grpc::Status status = PublishMessage(bridge_, MessageRequest({}, "hello"));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
}

TEST_F(BrokerAbsenceTest, CallsSucceedOnceABrokerAppears) {
  broker_.Start();
  bridge_.WaitForHealth("", kServing);
  bridge_.WaitForHealth(kServiceName, kServing);
  Subscriber subscriber(broker_.port(), "subscriber", {"#"});
  // Some sessions may still be connecting; the call waits for them.
  const grpc::Status status = PublishMessage(bridge_, MessageRequest({1, 2, 3, 4}, "hello"));

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(subscriber.Next(4).size(), 4U);
}

TEST_F(BrokerAbsenceTest, ShutsDownCleanly) {
  bridge_.Stop();

  EXPECT_FALSE(bridge_.running());
}

TEST(BrokerChoiceTest, OneOfTwoBrokersIsEnoughToBeReady) {
  const MosquittoBroker present;
  const LoopbackPort absent;
  BridgeProcess bridge(absent.address() + "," + present.address());

  bridge.WaitForHealth("", kServing);
}

}  // namespace
}  // namespace dino::testing
