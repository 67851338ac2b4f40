#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Values by the series' name and labels, as written in the text.
using Series = std::map<std::string, double>;

Series Scrape(BridgeProcess& bridge) {
  Series series;
  std::istringstream text(BodyOf(HttpGet(bridge.ops_address(), "/metrics")));
  for (std::string line; std::getline(text, line);) {
    const std::size_t space = line.rfind(' ');
    if (line[0] != '#') series[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return series;
}

double SumOf(const Series& series, const std::string& name) {
  double sum = 0;
  for (const auto& [key, value] : series) {
    if (key.rfind(name, 0) == 0) sum += value;
  }
  return sum;
}

std::string CallSeries(const std::string& name, const std::string& method,
                       const std::string& more = "") {
  return name +
         "{grpc_type=\"unary\",grpc_service=\"dino.events.v1.EventPublisherService\","
         "grpc_method=\"" +
         method + "\"" + more + "}";
}

TEST(OperationsTest, ShowExactlyWhatWasDone) {
  AutomaticBroker broker;
  broker.AnswerWith([](const Publish& publish) -> std::uint8_t {
    if (publish.topic == "dms/dev/3") return 0x87;
    return publish.topic == "dms/dev/2" ? 0x10 : 0x00;
  });
  BridgeProcess bridge(broker.address(), {"--max-recipients=100"});
  broker.WaitForSessions(8);
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(PublishMessage(bridge, MessageRequest({1, 2, 4}, "hello")).ok());
  }
  EXPECT_FALSE(PublishMessage(bridge, MessageRequest({}, "to nobody")).ok());

  Series series = Scrape(bridge);
  EXPECT_EQ(series[CallSeries("grpc_server_started_total", "PublishMessage")], 6);
  EXPECT_EQ(series[CallSeries("grpc_server_msg_received_total", "PublishMessage")], 6);
  EXPECT_EQ(series[CallSeries("grpc_server_msg_sent_total", "PublishMessage")], 5);
  const auto handled = [&](const std::string& code) {
    return series[CallSeries("grpc_server_handled_total", "PublishMessage",
                             ",grpc_code=\"" + code + "\"")];
  };
  EXPECT_EQ(handled("OK"), 5);
  EXPECT_EQ(handled("InvalidArgument"), 1);
  EXPECT_EQ(series[CallSeries("grpc_server_handling_seconds_count", "PublishMessage")], 6);
  EXPECT_EQ(series["dino_bridge_calls_refused_total{reason=\"INVALID_FIELD\"}"], 1);
  const std::string publications = "dino_bridge_publications_total{event_type=\"message\",outcome=";
  EXPECT_EQ(series[publications + "\"acknowledged\"}"], 10);
  EXPECT_EQ(series[publications + "\"no_subscriber\"}"], 5);
  EXPECT_EQ(SumOf(series, "dino_bridge_publications_total"), 15);
  EXPECT_EQ(series["dino_bridge_fanout_recipients_count"], 5);
  EXPECT_EQ(series["dino_bridge_fanout_recipients_sum"], 15);
  EXPECT_EQ(series["dino_bridge_puback_seconds_count"], 15);
  EXPECT_EQ(series["dino_bridge_pending_publications"], 0);
  EXPECT_EQ(series["dino_bridge_pending_bytes"], 0);
  EXPECT_EQ(series["dino_bridge_sessions{broker=\"" + broker.address() + "\",state=\"connected\"}"],
            8);
}

TEST(OperationsTest, CountersAddUpUnderLoadAndLosses) {
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address(), {"--mqtt-sessions=2"});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  Callers callers;
  for (std::int64_t user = 1; user <= 16; ++user) {
    callers.push_back(std::make_unique<Caller>(bridge, user, kPatience));
  }
  double calls_before = 0;
  for (int round = 0; round < 5; ++round) {
    WaitForSuccessesOfEach(callers, 10);
    if (round % 2 == 1) broker.DropConnections();
    const Series series = Scrape(bridge);
    const double calls = SumOf(series, "grpc_server_started_total");
    EXPECT_GT(calls, calls_before);
    EXPECT_GE(calls, SumOf(series, "grpc_server_handled_total"));
    calls_before = calls;
  }
  std::size_t calls = 0;
  for (const auto& caller : callers) calls += caller->Stop().size();

  Series series = Scrape(bridge);
  EXPECT_EQ(series[CallSeries("grpc_server_started_total", "PublishMessage")], calls);
  EXPECT_EQ(SumOf(series, "grpc_server_started_total{grpc_type=\"unary\""),
            SumOf(series, "grpc_server_handled_total{grpc_type=\"unary\""));
  EXPECT_EQ(series["dino_bridge_fanout_recipients_sum"],
            SumOf(series, "dino_bridge_publications_total"));
  EXPECT_GE(SumOf(series, "dino_bridge_session_losses_total{broker=\"" + broker.address() +
                              "\",reason=\"closed\"}"),
            2);
  EXPECT_EQ(series["dino_bridge_pending_publications"], 0);
}

TEST(OperationsTest, ProbesAreAnsweredHoweverManySlowConnectionsThereAre) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  for (const int count : {64, 500}) {
    std::vector<FileDescriptor> slow;
    for (int i = 0; i < count; ++i) {
      slow.push_back(ConnectToLoopback(PortOf(bridge.ops_address())));
      ASSERT_TRUE(SendAll(slow.back(), "GET /livez HTTP/1.1\r\n"));
    }
    for (int i = 0; i < 25; ++i) {
      EXPECT_THAT(HttpGet(bridge.ops_address(), "/livez"), StartsWith("HTTP/1.1 200 ")) << count;
      EXPECT_THAT(HttpGet(bridge.ops_address(), "/readyz"), StartsWith("HTTP/1.1 200 ")) << count;
    }
  }
}

TEST(OperationsTest, PromtoolAcceptsTheMetrics) {
  const AutomaticBroker broker;
  BridgeProcess bridge(broker.address());
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "metrics").string();
  std::ofstream(file) << BodyOf(HttpGet(bridge.ops_address(), "/metrics"));
  Subprocess promtool({"/bin/sh", "-c", "exec promtool check metrics < " + file});
  EXPECT_EQ(promtool.Wait(), 0);
  EXPECT_THAT(promtool.RemainingLines(Subprocess::Output::kStderr), ::testing::IsEmpty());
}

TEST(OperationsTest, ReadinessFollowsTheBrokerAndEndsWithTheDrain) {
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/readyz"), StartsWith("HTTP/1.1 200 "));
  broker.StopListening();
  broker.DropConnections();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/livez"), StartsWith("HTTP/1.1 200 "));
  broker.Listen();
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  broker.HoldAcks();
  const auto seen = broker.publications().size();
  auto call = std::async(std::launch::async,
                         [&] { return PublishMessage(bridge, MessageRequest({1}, "held")); });
  broker.WaitForPublications(seen + 1);
  bridge.BeginStop();
  bridge.WaitForLog("draining");
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/livez"), StartsWith("HTTP/1.1 200 "));
  broker.ReleaseAcks();
  EXPECT_TRUE(call.get().ok());
}

TEST(OperationsTest, TheHealthCheckCommandAsksTheServer) {
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  const std::vector<std::string> environment = {"DINO_OPS_ADDRESS=" + bridge.ops_address()};
  Subprocess live({BridgeProgram(), "health"}, environment);
  EXPECT_EQ(live.Wait(), 0);
  Subprocess ready({BridgeProgram(), "health", "--ready"}, environment);
  EXPECT_EQ(ready.Wait(), 0);
  broker.StopListening();
  broker.DropConnections();
  bridge.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  Subprocess not_ready({BridgeProgram(), "health", "--ready"}, environment);
  EXPECT_EQ(not_ready.Wait(), 1);
  Subprocess still_live({BridgeProgram(), "health"}, environment);
  EXPECT_EQ(still_live.Wait(), 0);
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/status.json"), HasSubstr("\"ready\":false"));
}

}  // namespace
}  // namespace dino::testing
