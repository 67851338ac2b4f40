#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/log_record.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kKey = "the-key-of-the-chat-backend";
// Its SHA-256.
const std::string kDigest = "0076cf935355aa659e165c8526ca15de9440271c04001070e268dd8bd7eb3eb1";
const std::string kTraceId = "0af7651916cd43dd8448eb211c80319c";
const std::string kText = "what nobody else may read";

class CallLogTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForReadiness(true); }

  std::string KeyFile() const {
    return WriteFile(directory_.path(), "keys",
                     R"({"callers": [{"name": "chat", "sha256": [")" + kDigest + R"("]}]})");
  }

  void Prepare(grpc::ClientContext& context, const std::string& flags = "00") const {
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    context.AddMetadata("authorization", "Bearer " + kKey);
    context.AddMetadata("traceparent", "00-" + kTraceId + "-b7ad6b7169203331-" + flags);
  }

  // The number of logged calls of this method.
  std::vector<LogRecord> Logged(const std::string& method) {
    std::vector<LogRecord> records;
    for (LogRecord& record : log_ = bridge_.Stop()) {
      if (record.Text("method") == method) records.push_back(record);
    }
    return records;
  }

  const TemporaryDirectory directory_;
  AutomaticBroker broker_;
  RestartableBridge bridge_{broker_.address(), {"--auth-keys-file=" + KeyFile()}};
  std::vector<LogRecord> log_;
};

TEST_F(CallLogTest, RefusalsSayWhoWasRefused) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata("authorization", "Bearer an-unknown-key");
  v1::PublishMessageResponse response;
  EXPECT_EQ(
      bridge_.stub().PublishMessage(&context, MessageRequest({1}, kText), &response).error_code(),
      grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext invalid;
  Prepare(invalid);
  EXPECT_EQ(bridge_.stub().PublishMessage(&invalid, {}, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const auto records = Logged("PublishMessage");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].Text("peer"), ::testing::StartsWith("127.0.0.1:"));
  EXPECT_EQ(records[0].Text("caller"), "");
  EXPECT_EQ(records[1].Text("peer"), records[0].Text("peer"));
  EXPECT_EQ(records[1].Text("caller"), "chat");
}

TEST_F(CallLogTest, FailuresAreLoggedWithCallerAndCounts) {
  broker_.AnswerWith([](const Publish& publish) -> std::uint8_t {
    return publish.topic == "dms/dev/2" ? 0x87 : 0;
  });
  grpc::ClientContext context;
  Prepare(context);
  v1::PublishMessageResponse response;
  const grpc::Status status =
      bridge_.stub().PublishMessage(&context, MessageRequest({1, 2, 3}, kText), &response);
  ASSERT_FALSE(status.ok());
  const auto records = Logged("PublishMessage");
  ASSERT_EQ(records.size(), 1U);
  const LogRecord& record = records[0];
  EXPECT_EQ(record.message(), "call failed");
  EXPECT_EQ(record.Text("caller"), "chat");
  EXPECT_EQ(record.Text("trace_id"), kTraceId);
  EXPECT_EQ(record.Text("event_type"), "message");
  EXPECT_EQ(record.Text("code"), "PermissionDenied");
  EXPECT_EQ(record.Text("reason"), "BROKER_NOT_AUTHORIZED");
  EXPECT_EQ(record.Text("error"), status.error_message());
  EXPECT_EQ(record.Number("recipients"), 3);
  EXPECT_EQ(record.Number("acknowledged"), 2);
  EXPECT_GT(record.Number("seconds"), 0);
  EXPECT_EQ(record.Text("event_id").size(), 36U);
}

TEST_F(CallLogTest, UnauthenticatedCallsAreLoggedWithTheirTrace) {
  grpc::ClientContext context;
  context.AddMetadata("traceparent", "00-" + kTraceId + "-b7ad6b7169203331-01");
  v1::PublishMessageResponse response;
  ASSERT_FALSE(bridge_.stub().PublishMessage(&context, MessageRequest({1}, kText), &response).ok());
  const auto records = Logged("PublishMessage");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].Text("trace_id"), kTraceId);
  EXPECT_EQ(records[0].Text("code"), "Unauthenticated");
  EXPECT_EQ(records[0].Text("caller"), "");
}

TEST_F(CallLogTest, EachEventOfABatchOrStreamIsLogged) {
  v1::PublishBatchRequest batch;
  *batch.add_events()->mutable_message() = MessageRequest({1}, kText);
  *batch.add_events()->mutable_message() = MessageRequest({0}, kText);
  grpc::ClientContext context;
  Prepare(context);
  v1::PublishBatchResponse response;
  ASSERT_TRUE(bridge_.stub().PublishBatch(&context, batch, &response).ok());
  const auto records = Logged("PublishBatch");
  ASSERT_EQ(records.size(), 2U);
  for (const LogRecord& record : records) {
    EXPECT_EQ(record.Text("caller"), "chat");
    EXPECT_EQ(record.Text("trace_id"), kTraceId);
    EXPECT_EQ(record.Text("code"), record.message() == "call failed" ? "InvalidArgument" : "OK");
  }
}

TEST_F(CallLogTest, TheEndOfAStreamIsLoggedWithItsRequestCount) {
  grpc::ClientContext context;
  Prepare(context);
  const auto stream = bridge_.stub().PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = MessageRequest({1}, kText);
  v1::PublishStreamResponse response;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  stream->WritesDone();
  ASSERT_TRUE(stream->Finish().ok());
  const auto records = Logged("PublishStream");
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.back().message(), "call succeeded");
  EXPECT_EQ(records.back().Number("requests"), 3);
  EXPECT_EQ(records.back().Text("trace_id"), kTraceId);
}

TEST_F(CallLogTest, SuccessesAreSampledAndTextsAndKeysAreNeverLogged) {
  constexpr int kCalls = 200;
  const auto began = Clock::now();
  for (int i = 0; i < kCalls; ++i) {
    grpc::ClientContext context;
    Prepare(context);
    v1::PublishMessageResponse response;
    ASSERT_TRUE(
        bridge_.stub().PublishMessage(&context, MessageRequest({1}, kText), &response).ok());
  }
  const auto records = Logged("PublishMessage");
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began);
  ASSERT_FALSE(records.empty());
  EXPECT_LE(records.size(), static_cast<std::size_t>(seconds.count()) + 1);
  EXPECT_EQ(records[0].message(), "call succeeded");
  EXPECT_EQ(records[0].Text("caller"), "chat");
  EXPECT_EQ(records[0].Number("recipients"), 1);
  EXPECT_EQ(records[0].Number("acknowledged"), 1);
  for (const LogRecord& record : log_) {
    EXPECT_THAT(record.text(), Not(HasSubstr(kText)));
    EXPECT_THAT(record.text(), Not(HasSubstr(kKey)));
  }
}

// So that "did event X go out?" has an answer, for traces that are recorded, or for all calls.
TEST_F(CallLogTest, EachCallOfARecordedTraceIsLogged) {
  constexpr int kCalls = 20;
  for (int i = 0; i < kCalls; ++i) {
    grpc::ClientContext context;
    Prepare(context, "01");
    v1::PublishMessageResponse response;
    ASSERT_TRUE(
        bridge_.stub().PublishMessage(&context, MessageRequest({1}, kText), &response).ok());
  }
  EXPECT_EQ(Logged("PublishMessage").size(), static_cast<std::size_t>(kCalls));
}

TEST(LogCallsTest, AllAreLoggedWithTheirEventIds) {
  AutomaticBroker broker;
  RestartableBridge bridge(broker.address(), {"--log-calls=all"});
  bridge.WaitForReadiness(true);
  std::set<std::string> published;
  for (int i = 0; i < 20; ++i) {
    v1::Delivery delivery;
    ASSERT_TRUE(bridge.Publish(MessageRequest({1, 2}, kText), &delivery).ok());
    published.insert(delivery.event_id());
  }
  std::set<std::string> logged;
  for (const LogRecord& record : bridge.Stop()) {
    if (record.message() != "call succeeded") continue;
    logged.insert(record.Text("event_id"));
    EXPECT_EQ(record.Number("acknowledged"), 2);
    EXPECT_EQ(record.Text("user_ids"), "");
  }
  EXPECT_EQ(logged, published);
}

}  // namespace
}  // namespace dino::testing
