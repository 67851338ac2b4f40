#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <string>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A session works again within this time after its broker accepts.
constexpr double kRecoverySeconds = 2;

void ExpectUnreachable(const grpc::Status& status) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "BROKER_UNREACHABLE");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_value());
}

// The record of the next failed attempt. Another attempt must follow soon.
LogRecord NextFailure(RestartableBridge& bridge, Where where = Where::Here()) {
  LogRecord failed = bridge.WaitForRecord("connecting failed", where);
  EXPECT_LE(failed.Number("retry_in_seconds"), kRecoverySeconds);
  return failed;
}

ConnAck Refusal(std::uint8_t reason_code) {
  ConnAck refusal;
  refusal.reason_code = reason_code;
  return refusal;
}

struct RefusalCase {
  const char* name;
  std::uint8_t reason_code;
  const char* told;
};

class BrokerRefusalTest : public ::testing::TestWithParam<RefusalCase> {
 protected:
  AutomaticBroker broker_;
};

TEST_P(BrokerRefusalTest, TheBridgeIsNotReadyUntilTheBrokerAccepts) {
  broker_.GreetWith(Refusal(GetParam().reason_code));
  RestartableBridge bridge(broker_.address());
  // Of each session.
  for (int attempt = 0; attempt < 8; ++attempt) {
    EXPECT_THAT(NextFailure(bridge).Text("reason"), HasSubstr(GetParam().told));
  }
  bridge.WaitForReadiness(false);
  EXPECT_TRUE(bridge.live());
  ExpectUnreachable(bridge.Publish(MessageRequest({1}, "refused")));
  EXPECT_THAT(broker_.publications(), IsEmpty());
  broker_.GreetWith(ConnAck{});
  bridge.WaitForReadiness(true);

  const grpc::Status status = bridge.Publish(MessageRequest({1, 2, 3, 4}, "taken"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker_.publications(), SizeIs(4));
}

TEST_P(BrokerRefusalTest, ACallInProgressWaitsUntilTheBrokerAcceptsAgain) {
  RestartableBridge bridge(broker_.address());
  bridge.WaitForReadiness(true);
  broker_.WaitForSessions(8);
  broker_.HoldAcks();
  auto call = std::async(std::launch::async, [&] {
    return bridge.Publish(MessageRequest({1, 2}, "in progress"));
  });
  broker_.WaitForPublications(2);
  broker_.GreetWith(Refusal(GetParam().reason_code));
  broker_.DropConnections();
  EXPECT_THAT(NextFailure(bridge).Text("reason"), HasSubstr(GetParam().told));
  bridge.WaitForReadiness(false);
  ExpectUnreachable(bridge.Publish(MessageRequest({1}, "refused")));
  broker_.ReleaseAcks();
  broker_.GreetWith(ConnAck{});

  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker_.publications(), SizeIs(4));
}

INSTANTIATE_TEST_SUITE_P(
    Connack, BrokerRefusalTest,
    ::testing::Values(RefusalCase{"BadUserNameOrPassword", 0x86, "0x86 bad user name or password"},
                      RefusalCase{"ServerUnavailable", 0x88, "0x88 server unavailable"},
                      RefusalCase{"ServerBusy", 0x89, "0x89 server busy"},
                      RefusalCase{"QuotaExceeded", 0x97, "0x97 quota exceeded"},
                      RefusalCase{"ConnectionRateExceeded", 0x9F, "0x9f connection rate exceeded"},
                      RefusalCase{"UnknownCode", 0xC5, "0xc5 unknown reason"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LongRefusalTest, RetriesStayFrequentHoweverManyHaveFailed) {
  AutomaticBroker broker;
  broker.GreetWith(Refusal(0x88));
  RestartableBridge bridge(broker.address(), {"--mqtt-sessions=1"});
  // Without a bound the doubling pauses would be longer from the seventh on.
  for (int attempt = 0; attempt < 8; ++attempt) NextFailure(bridge);
  broker.GreetWith(ConnAck{});
  bridge.WaitForReadiness(true);
}

TEST(BrokerSilenceTest, TheBridgeIsNotReadyUntilTheBrokerAnswers) {
  AutomaticBroker broker;
  FaultProxy proxy(broker.port());
  proxy.Set(FaultProxy::Door::kBlackHole);
  RestartableBridge bridge(proxy.address());
  EXPECT_EQ(NextFailure(bridge).Text("reason"), "no CONNACK in time");
  bridge.WaitForReadiness(false);
  EXPECT_TRUE(bridge.live());
  ExpectUnreachable(bridge.Publish(MessageRequest({1}, "refused")));
  proxy.Heal();
  bridge.WaitForReadiness(true);

  const grpc::Status status = bridge.Publish(MessageRequest({1, 2, 3, 4}, "taken"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(broker.publications(), SizeIs(4));
}

}  // namespace
}  // namespace dino::testing
