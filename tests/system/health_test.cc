// What the server says of its own health: all who ask are told the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "dino/events/v1/server_info.pb.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/files.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::GetServerInfoResponse Info(BridgeProcess& bridge) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::GetServerInfoResponse response;
  const grpc::Status status = bridge.stub().GetServerInfo(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << Describe(status);
  return response;
}

// Asks again and again until the worst problem is of that kind, or there is none if that is empty.
v1::GetServerInfoResponse WaitForProblem(BridgeProcess& bridge, const std::string& kind,
                                         Where where = Where::Here()) {
  const Clock::time_point end = Clock::now() + kPatience;
  v1::GetServerInfoResponse info;
  do {
    info = Info(bridge);
    const auto& problems = info.health().problems();
    if (problems.empty() ? kind.empty() : problems[0].kind() == kind) return info;
  } while (Clock::now() < end);
  ADD_FAILURE_AT(where.file, where.line) << kind << " not in time: " << info.DebugString();
  return info;
}

// In the log.
void WaitForLine(BridgeProcess& bridge, const std::string& part, Where where = Where::Here()) {
  bridge.process().WaitForLine(
      Subprocess::Output::kStderr,
      [&part](std::string_view line) { return line.find(part) != line.npos; }, kPatience, where);
}

std::string Get(BridgeProcess& bridge, const std::string& path) {
  return HttpGet(bridge.ops_address(), path);
}

TEST(HealthTest, OneOfTwoBrokersDead) {
  AutomaticBroker one;
  AutomaticBroker two(one, 2);
  BridgeProcess bridge(one.address() + "," + two.address(),
                       {"--mqtt-sessions=4", "--mqtt-failover-after=100ms"});
  one.WaitForSessions(2);
  two.WaitForSessions(2);
  WaitForProblem(bridge, "");
  EXPECT_THAT(Get(bridge, "/readyz"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("good\n")));

  two.StopListening();
  two.DropConnections();
  v1::GetServerInfoResponse info = WaitForProblem(bridge, "broker_lost");
  EXPECT_EQ(info.health().verdict(), v1::HEALTH_VERDICT_DEGRADED);
  const v1::HealthProblem& problem = info.health().problems(0);
  EXPECT_EQ(problem.subject(), two.address());
  EXPECT_THAT(problem.what(), HasSubstr(two.address() + ": cannot be reached"));
  EXPECT_GT(problem.user_share(), 0.4);
  EXPECT_LT(problem.user_share(), 0.6);
  EXPECT_THAT(Get(bridge, "/readyz"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("degraded: Broker " + two.address())));
  EXPECT_THAT(Get(bridge, "/metrics"),
              AllOf(HasSubstr("dino_bridge_health{verdict=\"degraded\"} 1"),
                    HasSubstr("kind=\"broker_lost\"} 1")));
  EXPECT_THAT(Get(bridge, "/status.json"), HasSubstr(R"("kind":"broker_lost")"));
  WaitForLine(bridge, "broker down: ");

  const Clock::time_point end = Clock::now() + kPatience;
  while (info.brokers(1).moved_share() < info.brokers(1).home_share() && Clock::now() < end) {
    info = Info(bridge);
  }
  EXPECT_EQ(info.brokers(1).name(), two.address());
  EXPECT_EQ(info.brokers(1).state(), "not connected");
  EXPECT_NE(info.brokers(1).last_error(), "");
  EXPECT_DOUBLE_EQ(info.brokers(1).moved_share(), info.brokers(1).home_share());

  two.Listen();
  WaitForProblem(bridge, "");
  WaitForLine(bridge, "broker recovered");
}

TEST(HealthTest, CallersWithoutAValidKey) {
  const AutomaticBroker broker;
  const TemporaryDirectory directory;
  const std::string keys = WriteFile(
      directory.path(), "keys.json",
      R"({"callers": [{"name": "chat", "sha256": [")" + std::string(64, '0') + R"("]}]})");
  BridgeProcess bridge(broker.address(), {"--auth-keys-file=" + keys});
  const Clock::time_point end = Clock::now() + kPatience;
  std::string status;
  do {
    EXPECT_EQ(PublishMessage(bridge, MessageRequest({1}, "hello")).error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
    status = Get(bridge, "/status.json");
  } while (status.find(R"("kind":"unknown_callers")") == std::string::npos && Clock::now() < end);
  EXPECT_THAT(status, HasSubstr("came without a valid key or certificate"));
}

TEST(HealthTest, EveryPublicationRefused) {
  AutomaticBroker broker;
  broker.AnswerWith([](const Publish&) -> std::uint8_t { return 0x99; });
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  const Clock::time_point end = Clock::now() + kPatience;
  v1::GetServerInfoResponse info;
  do {
    EXPECT_FALSE(PublishMessage(bridge, MessageRequest({1, 2, 3, 4, 5}, "hello")).ok());
    info = Info(bridge);
  } while (info.health().verdict() != v1::HEALTH_VERDICT_DOWN && Clock::now() < end);
  WaitForLine(bridge, R"("kind":"publications_refused")");
  ASSERT_EQ(info.health().problems_size(), 1) << info.DebugString();
  const v1::HealthProblem& problem = info.health().problems(0);
  EXPECT_EQ(problem.kind(), "publications_refused");
  EXPECT_EQ(problem.user_share(), 1);
  EXPECT_THAT(problem.what(),
              HasSubstr("Refused by " + broker.address() + ": every publication, with 0x99"));
  EXPECT_THAT(Get(bridge, "/readyz"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("down: ")));
}

}  // namespace
}  // namespace dino::testing
