// Brokers that say what no broker should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/http_client.h"
#include "tests/system/byte_broker.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Enough to have some at each broker.
std::vector<std::int64_t> ManyUsers() {
  std::vector<std::int64_t> users(32);
  std::iota(users.begin(), users.end(), 1);
  return users;
}

struct BannerCase {
  const char* name;
  std::string bytes;
  // What the log says of it.
  const char* told;
};

class BannerTest : public ::testing::TestWithParam<BannerCase> {
 protected:
  ByteBroker bad_{GetParam().bytes};
  AutomaticBroker good_;
  RestartableBridge bridge_{bad_.address() + "," + good_.address(), {"--mqtt-sessions=2"}};
};

TEST_P(BannerTest, FailsOneAttemptAndNothingElse) {
  const LogRecord failed = bridge_.WaitForRecord("connecting failed");
  EXPECT_EQ(failed.Text("broker"), bad_.address());
  EXPECT_THAT(failed.Text("reason"), HasSubstr(GetParam().told));
  bridge_.WaitForReadiness(true);
  for (int i = 0; i < 3; ++i) {
    const grpc::Status status = bridge_.Publish(MessageRequest(ManyUsers(), "hello"));
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
  EXPECT_TRUE(bridge_.live());
}

INSTANTIATE_TEST_SUITE_P(
    All, BannerTest,
    ::testing::Values(
        BannerCase{"UnknownProperty", "\x20\x04\x00\x00\x01\x7e"s, "breaks the protocol"},
        BannerCase{"PropertyZero", "\x20\x04\x00\x00\x01\x00"s, "breaks the protocol"},
        BannerCase{"Auth", "\xf0\x00"s, "breaks the protocol"},
        BannerCase{"Disconnect", "\xe0\x04\x8b\x02\x7e\x00"s, "breaks the protocol"},
        BannerCase{"Redis", "-ERR unknown command\r\n", "does not speak MQTT"},
        BannerCase{"Imap", "* OK [CAPABILITY IMAP4rev1] ready\r\n", "does not speak MQTT"},
        BannerCase{"Noise", "\x93\x07\xff\xe1\x2c\x00\x99\x81\x10\x44"s, "MQTT"},
        BannerCase{"Nothing", "", "no CONNACK in time"}),
    [](const auto& test) { return std::string(test.param.name); });

// A broker that publishes to each of its clients, once with each QoS, and again before it answers.
TEST(UnsolicitedPublicationTest, IsAnsweredAndCountedAndTheSessionLives) {
  const std::string publications = "\x30\x05\x00\x01t\x00x"s + "\x32\x07\x00\x01t\x00\x07\x00x"s +
                                   "\x34\x07\x00\x01t\x00\x08\x00x"s;
  std::atomic<int> connections{0};
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  const ByteBroker broker([&](std::uint8_t first, std::string_view body) -> std::string {
    switch (first) {
      case ByteBroker::kConnect:
        ++connections;
        return ByteBroker::Welcome() + publications;
      case ByteBroker::kPublishQos1:
        return publications + ByteBroker::Accept(body);
      case ByteBroker::kPubAck:
        ++accepted;
        return "";
      case ByteBroker::kPubRec:
        if (body.substr(0, 3) == "\x00\x08\x83"s) ++refused;
        return "";
      default:
        return "";
    }
  });
  BridgeProcess bridge(broker.address(), {"--mqtt-sessions=1"});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "hello"));
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
  const std::string metrics = BodyOf(HttpGet(bridge.ops_address(), "/metrics"));
  // In QoS 0, 1 and 2.
  EXPECT_THAT(metrics, HasSubstr("dino_bridge_unsolicited_publications_total{broker=\"" +
                                 broker.address() + "\"} 33\n"));
  EXPECT_EQ(connections, 1);
  // The last answers may be on their way.
  EXPECT_GE(accepted, 10);
  EXPECT_GE(refused, 10);
}

ConnAck WithMaximumQos(std::uint8_t maximum) {
  ConnAck limits;
  limits.maximum_qos = maximum;
  return limits;
}

ConnAck WithMaximumPacketSize(std::uint32_t maximum) {
  ConnAck limits;
  limits.maximum_packet_size = maximum;
  return limits;
}

// A broker that announces what makes it useless beside one that does not.
class UselessBrokerTest : public ::testing::TestWithParam<std::pair<const char*, ConnAck>> {};

TEST_P(UselessBrokerTest, ItsUsersMoveToTheOther) {
  AutomaticBroker useless;
  const AutomaticBroker good;
  useless.GreetWith(GetParam().second);
  RestartableBridge bridge(useless.address() + "," + good.address(), {"--mqtt-sessions=4"});
  for (int session = 0; session < 4; ++session) {
    const LogRecord connected = bridge.WaitForRecord("session connected");
    if (connected.Text("broker") != useless.address()) continue;
    const ConnAck& announced = GetParam().second;
    EXPECT_EQ(connected.Number("maximum_qos"), announced.maximum_qos.value_or(2));
    EXPECT_EQ(connected.Number("maximum_packet_size"), announced.maximum_packet_size.value_or(0));
  }
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = bridge.Publish(MessageRequest(ManyUsers(), "hello"));
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
  EXPECT_THAT(useless.publications(), IsEmpty());
  EXPECT_THAT(good.publications(), Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(All, UselessBrokerTest,
                         ::testing::Values(std::pair("MaximumQos0", WithMaximumQos(0)),
                                           std::pair("MaximumPacketSize1",
                                                     WithMaximumPacketSize(1))),
                         [](const auto& test) { return std::string(test.param.first); });

}  // namespace
}  // namespace dino::testing
