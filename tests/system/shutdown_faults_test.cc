#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

struct SignalsCase {
  const char* name;
  int first;
  int second;
};

class ShutdownSignalsTest : public ::testing::TestWithParam<SignalsCase> {};

TEST_P(ShutdownSignalsTest, ASecondSignalDoesNotAffectTheDrain) {
  FakeBroker broker;
  BridgeProcess bridge(broker.address(), {"--mqtt-sessions=1"});
  FakeConnection connection = broker.AcceptSession();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  auto call = std::async(std::launch::async,
                         [&] { return PublishMessage(bridge, MessageRequest({1}, "hello")); });
  const Publish publish = connection.ExpectPublish();
  kill(bridge.pid(), GetParam().first);
  bridge.WaitForLog("draining");
  kill(bridge.pid(), GetParam().second);
  // Once it answers this, it has received the second signal.
  EXPECT_FALSE(PublishMessage(bridge, MessageRequest({1}, "too late")).ok());

  connection.Send(PubAck{publish.packet_id});
  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(connection.ExpectDisconnect().reason_code, 0);
  // SIGTERM once more; it must exit with 0.
  bridge.Stop();
}

INSTANTIATE_TEST_SUITE_P(All, ShutdownSignalsTest,
                         ::testing::Values(SignalsCase{"SigtermTwice", SIGTERM, SIGTERM},
                                           SignalsCase{"SigintTwice", SIGINT, SIGINT},
                                           SignalsCase{"SigtermThenSigint", SIGTERM, SIGINT},
                                           SignalsCase{"SigintThenSigterm", SIGINT, SIGTERM},
                                           SignalsCase{"SighupTwice", SIGHUP, SIGHUP}),
                         [](const auto& test) { return std::string(test.param.name); });

// Calls in progress whose acknowledgements have not arrived yet.
class ShutdownFaultsTest : public ::testing::Test {
 protected:
  static constexpr int kCalls = 8;

  // Returns when the broker has the events of all calls.
  void BeginCalls(BridgeProcess& bridge) {
    bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
    for (int user = 1; user <= kCalls; ++user) {
      calls_.push_back(std::async(std::launch::async, [&bridge, user] {
        return PublishMessage(bridge, MessageRequest({user}, "hello"));
      }));
    }
    subscriber_.Next(kCalls);
  }

  // The drain must end long before the calls' deadlines, when they would be answered
  // DEADLINE_EXCEEDED.
  void ExpectAnswers(grpc::StatusCode code) {
    for (auto& call : calls_) {
      const grpc::Status status = call.get();
      EXPECT_EQ(status.error_code(), code) << Describe(status);
    }
  }

  MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"#"}};
  FaultProxy proxy_{broker_.port()};
  std::vector<std::future<grpc::Status>> calls_;
};

TEST_F(ShutdownFaultsTest, CallsFinishWhenAcksTakeTwoSeconds) {
  BridgeProcess bridge(proxy_.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  Shape slow;
  slow.delay = std::chrono::seconds(2);
  proxy_.Set(FaultProxy::Direction::kToClient, slow);
  BeginCalls(bridge);
  bridge.BeginStop();

  ExpectAnswers(grpc::StatusCode::OK);
  bridge.Stop();
}

TEST_F(ShutdownFaultsTest, TheDrainTimeoutEndsCallsWhoseAcksNeverArrive) {
  BridgeProcess bridge(proxy_.address(), {"--drain-timeout=500ms"});
  proxy_.LoseAcks(true);
  BeginCalls(bridge);
  bridge.BeginStop();

  ExpectAnswers(grpc::StatusCode::UNAVAILABLE);
  bridge.Stop();
}

TEST_F(ShutdownFaultsTest, TheDrainTimeoutEndsCallsWhoseBrokerIsFrozen) {
  BridgeProcess bridge(proxy_.address(), {"--drain-timeout=500ms"});
  proxy_.LoseAcks(true);
  BeginCalls(bridge);
  broker_.Freeze();
  bridge.BeginStop();

  ExpectAnswers(grpc::StatusCode::UNAVAILABLE);
  bridge.Stop();
  broker_.Thaw();
}

TEST_F(ShutdownFaultsTest, TheDrainTimeoutEndsCallsWhoseBrokerIsGone) {
  BridgeProcess bridge(proxy_.address(), {"--drain-timeout=500ms"});
  proxy_.LoseAcks(true);
  BeginCalls(bridge);
  broker_.Kill();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  bridge.BeginStop();

  ExpectAnswers(grpc::StatusCode::UNAVAILABLE);
  bridge.Stop();
}

TEST_F(ShutdownFaultsTest, CallsFinishWhenTheirBrokerComesBackDuringTheDrain) {
  BridgeProcess bridge(proxy_.address());
  proxy_.LoseAcks(true);
  BeginCalls(bridge);
  broker_.Kill();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  bridge.BeginStop();
  bridge.WaitForLog("draining");
  proxy_.Heal();
  broker_.Start();

  ExpectAnswers(grpc::StatusCode::OK);
  bridge.Stop();
}

}  // namespace
}  // namespace dino::testing
