#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/otlp_collector.h"
#include "tests/system/bridge_process.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kTraceId = "0af7651916cd43dd8448eb211c80319c";
const std::string kParentId = "b7ad6b7169203331";
const std::string kText = "what nobody else may read";
// In no other number of a span.
constexpr std::int64_t kFirstUser = 8100000000000001;

std::vector<std::int64_t> Users(std::size_t count) {
  std::vector<std::int64_t> users(count);
  std::iota(users.begin(), users.end(), kFirstUser);
  return users;
}

grpc::Status CallTraced(BridgeProcess& bridge, const v1::PublishMessageRequest& request,
                        const std::string& flags = "01") {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata("traceparent", "00-" + kTraceId + "-" + kParentId + "-" + flags);
  v1::PublishMessageResponse response;
  return bridge.stub().PublishMessage(&context, request, &response);
}

std::vector<CollectedSpan> Named(const std::vector<CollectedSpan>& spans, const std::string& name) {
  std::vector<CollectedSpan> found;
  std::copy_if(spans.begin(), spans.end(), std::back_inserter(found),
               [&name](const CollectedSpan& span) { return span.name == name; });
  return found;
}

class TracesTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  OtlpCollector collector_;
  AutomaticBroker first_;
  AutomaticBroker second_{first_, 2};
  BridgeProcess bridge_{first_.address() + "," + second_.address(),
                        {"--traces-endpoint=" + collector_.address(), "--traces-sample-ratio=0"}};
};

TEST_F(TracesTest, CallFanOutAndBrokersAreSpansOfTheCallersTrace) {
  first_.WaitForSessions(4);
  second_.WaitForSessions(4);
  ASSERT_TRUE(CallTraced(bridge_, MessageRequest(Users(64), kText)).ok());
  const auto spans = collector_.WaitForSpans(4);
  ASSERT_EQ(spans.size(), 4U);
  EXPECT_THAT(spans, Each(Field(&CollectedSpan::trace_id, kTraceId)));
  EXPECT_THAT(spans, Each(Field(&CollectedSpan::failed, false)));
  const auto calls = Named(spans, std::string(kServiceName) + "/PublishMessage");
  const auto events = Named(spans, "fan-out");
  const auto publishes = Named(spans, "PUBLISH");
  ASSERT_EQ(calls.size(), 1U);
  ASSERT_EQ(events.size(), 1U);
  ASSERT_EQ(publishes.size(), 2U);
  EXPECT_EQ(calls[0].parent_id, kParentId);
  EXPECT_EQ(events[0].parent_id, calls[0].span_id);
  std::map<std::string, std::size_t> acknowledged;
  for (const CollectedSpan& publish : publishes) {
    EXPECT_EQ(publish.parent_id, events[0].span_id);
    EXPECT_LE(events[0].from, publish.from);
    EXPECT_LE(publish.until, events[0].until);
    acknowledged[publish.attributes.at("dino.broker")] =
        std::stoul(publish.attributes.at("dino.acknowledged"));
  }
  EXPECT_EQ(acknowledged[first_.address()], first_.publications().size());
  EXPECT_EQ(acknowledged[second_.address()], second_.publications().size());
  EXPECT_EQ(first_.publications().size() + second_.publications().size(), 64U);
}

TEST_F(TracesTest, SpansHoldNeitherUsersNorTexts) {
  ASSERT_TRUE(CallTraced(bridge_, MessageRequest(Users(1), kText)).ok());
  first_.AnswerWith([](const Publish& /*publish*/) -> std::uint8_t { return 0x87; });
  second_.AnswerWith([](const Publish& /*publish*/) -> std::uint8_t { return 0x87; });
  ASSERT_FALSE(CallTraced(bridge_, MessageRequest(Users(1), kText)).ok());
  ASSERT_FALSE(CallTraced(bridge_, MessageRequest({kFirstUser, -1}, kText)).ok());
  // Of the third call there is only its own.
  collector_.WaitForSpans(3 + 3 + 1);
  EXPECT_THAT(collector_.text(), Not(HasSubstr(kText)));
  EXPECT_THAT(collector_.text(), Not(HasSubstr("81000000000")));
  EXPECT_THAT(collector_.text(), HasSubstr("BROKER_NOT_AUTHORIZED"));
}

TEST_F(TracesTest, OnlySampledCallsHaveSpans) {
  ASSERT_TRUE(CallTraced(bridge_, MessageRequest({1}, kText), "00").ok());
  ASSERT_TRUE(PublishMessage(bridge_, MessageRequest({1}, kText)).ok());
  ASSERT_TRUE(CallTraced(bridge_, MessageRequest({1}, kText)).ok());
  // What came before would have been exported before.
  EXPECT_THAT(collector_.WaitForSpans(3), Each(Field(&CollectedSpan::trace_id, kTraceId)));
  bridge_.Stop();
  EXPECT_EQ(collector_.WaitForSpans(3).size(), 3U);
}

TEST_F(TracesTest, AtItsEndTheServerExportsWhatIsLeft) {
  ASSERT_TRUE(CallTraced(bridge_, MessageRequest({1}, kText)).ok());
  bridge_.Stop();
  EXPECT_EQ(collector_.WaitForSpans(3).size(), 3U);
}

TEST(TracesOfTheServerTest, ACallWithoutATraceHasOneByLotWhichTheLogNames) {
  OtlpCollector collector;
  AutomaticBroker broker;
  RestartableBridge bridge(broker.address(), {"--traces-endpoint=" + collector.address(),
                                              "--traces-sample-ratio=1", "--log-calls=all"});
  bridge.WaitForReadiness(true);
  ASSERT_TRUE(bridge.Publish(MessageRequest({1}, kText)).ok());
  const auto spans = collector.WaitForSpans(3);
  const LogRecord record = bridge.WaitForRecord("call succeeded");
  EXPECT_EQ(record.Text("trace_id").size(), 32U);
  EXPECT_THAT(spans, Each(Field(&CollectedSpan::trace_id, record.Text("trace_id"))));
  // It is nothing that the caller sent.
  const std::vector<Publish> publications = broker.publications();
  for (const auto& [name, value] : publications.at(0).user_properties) {
    EXPECT_NE(name, "traceparent");
  }
}

TEST(TracesWithoutCollectorTest, CallsGoOnAndWhatIsLostIsCounted) {
  const LoopbackPort nobody;
  AutomaticBroker broker;
  BridgeProcess bridge(broker.address(), {"--traces-endpoint=" + nobody.address()});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  constexpr int kCalls = 20;
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_TRUE(CallTraced(bridge, MessageRequest({1}, kText)).ok());
  }
  bridge.WaitForLog("traces cannot be exported");
  const std::string metrics = HttpGet(bridge.ops_address(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr(R"(dino_bridge_spans_total{result="exported"} 0)"));
  EXPECT_THAT(metrics, Not(HasSubstr(R"(dino_bridge_spans_total{result="failed"} 0)")));
  bridge.Stop();
}

}  // namespace
}  // namespace dino::testing
