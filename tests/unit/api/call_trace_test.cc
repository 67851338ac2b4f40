#include "server/api/call_trace.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process/otlp_collector.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using testing::CollectedSpan;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kTraceId[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kParentId[] = "b7ad6b7169203331";

// Keeps what is exported. Outlives the tracer.
struct Exported {
  std::vector<CollectedSpan> spans;

  absl::Status Take(const std::string& body) {
    const auto more = testing::ReadOtlpJson(body);
    spans.insert(spans.end(), more.begin(), more.end());
    return absl::OkStatus();
  }
};

class CallTraceTest : public ServerFixture {
 protected:
  explicit CallTraceTest(double ratio = 0) : CallTraceTest(std::make_shared<Exported>(), ratio) {}
  CallTraceTest(const std::shared_ptr<Exported>& exported, double ratio)
      : CallTraceTest(exported, MakeTracer(exported, ratio)) {}
  CallTraceTest(std::shared_ptr<Exported> exported, std::shared_ptr<trace::Tracer> tracer)
      : ServerFixture(OptionsOf(tracer.get())),
        exported_(std::move(exported)),
        tracer_(std::move(tracer)) {}
  // The server ends before the tracer, which it uses.
  ~CallTraceTest() override { End(); }

  static std::shared_ptr<trace::Tracer> MakeTracer(const std::shared_ptr<Exported>& exported,
                                                   double ratio) {
    trace::TracerOptions options;
    options.sample_ratio = ratio;
    return std::make_shared<trace::Tracer>(
        options, [exported](const std::string& body) { return exported->Take(body); });
  }
  static ServerOptions OptionsOf(trace::Tracer* tracer) {
    ServerOptions options;
    options.tracer = tracer;
    return options;
  }

  static void Trace(grpc::ClientContext& context, const std::string& flags = "01") {
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    context.AddMetadata("traceparent",
                        std::string("00-") + kTraceId + "-" + kParentId + "-" + flags);
  }

  void End() {
    server_->Drain(std::chrono::milliseconds(0));
    tracer_.reset();
  }

  // All spans with this name, once everything has ended.
  std::vector<CollectedSpan> Spans(const std::string& name) {
    End();
    std::vector<CollectedSpan> found;
    std::copy_if(exported_->spans.begin(), exported_->spans.end(), std::back_inserter(found),
                 [&name](const CollectedSpan& span) { return span.name == name; });
    return found;
  }

  static std::string NameOf(const std::string& method) {
    return std::string(kServiceName) + "/" + method;
  }

  const std::shared_ptr<Exported> exported_;
  std::shared_ptr<trace::Tracer> tracer_;
};

TEST_F(CallTraceTest, ACallItsEventAndItsBrokerAreSpansOfTheCallersTrace) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  Trace(context);
  ASSERT_TRUE(Call(context, Request({7001, 7002})).status.ok());
  const auto calls = Spans(NameOf("PublishMessage"));
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].trace_id, kTraceId);
  EXPECT_EQ(calls[0].parent_id, kParentId);
  EXPECT_EQ(calls[0].kind, 2);
  EXPECT_FALSE(calls[0].failed);
  EXPECT_THAT(calls[0].attributes, Contains(Pair("rpc.grpc.status_code", "0")));
  const auto events = Spans("fan-out");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].trace_id, kTraceId);
  EXPECT_EQ(events[0].parent_id, calls[0].span_id);
  EXPECT_THAT(events[0].attributes, Contains(Pair("dino.event_type", "message")));
  EXPECT_THAT(events[0].attributes, Contains(Pair("dino.recipients", "2")));
  const auto brokers = Spans("PUBLISH");
  ASSERT_THAT(brokers, SizeIs(1));
  EXPECT_EQ(brokers[0].parent_id, events[0].span_id);
  EXPECT_EQ(brokers[0].kind, 3);
  EXPECT_THAT(brokers[0].attributes, Contains(Pair("server.address", "even")));
  EXPECT_THAT(brokers[0].attributes, Contains(Pair("server.port", "1883")));
  EXPECT_THAT(brokers[0].attributes, Contains(Pair("messaging.batch.message_count", "2")));
  EXPECT_LE(calls[0].from, events[0].from);
  EXPECT_LE(events[0].until, calls[0].until);
}

TEST_F(CallTraceTest, AFailureIsOneInAllThree) {
  grpc::ClientContext context;
  Trace(context);
  auto answer = std::async(std::launch::async, [&] { return Call(context, Request()); });
  publisher_.End(publisher_.WaitForBatch(),
                 mqtt::PublicationOutcome{mqtt::Outcome::kRejected, 0x97, false});
  EXPECT_EQ(answer.get().status.error_code(), grpc::StatusCode::UNAVAILABLE);
  for (const std::string& name : {NameOf("PublishMessage"), std::string("fan-out")}) {
    const auto spans = Spans(name);
    ASSERT_THAT(spans, SizeIs(1)) << name;
    EXPECT_TRUE(spans[0].failed) << name;
    EXPECT_THAT(spans[0].attributes, Contains(Pair("error.type", "BROKER_BUSY"))) << name;
  }
  const auto brokers = Spans("PUBLISH");
  ASSERT_THAT(brokers, SizeIs(1));
  EXPECT_TRUE(brokers[0].failed);
  EXPECT_THAT(brokers[0].attributes, Contains(Pair("dino.reason_code", "151")));
}

TEST_F(CallTraceTest, TheCallersMistakeIsNoFailureOfTheServer) {
  grpc::ClientContext context;
  Trace(context);
  EXPECT_EQ(Call(context, Request({0})).status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto calls = Spans(NameOf("PublishMessage"));
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_FALSE(calls[0].failed);
  EXPECT_THAT(calls[0].attributes, Contains(Pair("error.type", "INVALID_FIELD")));
  EXPECT_THAT(Spans("fan-out"), IsEmpty());
}

TEST_F(CallTraceTest, WhatTheCallerDoesNotRecordHasNoSpan) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  Trace(context, "00");
  ASSERT_TRUE(Call(context, Request()).status.ok());
  ASSERT_TRUE(Call(Request()).status.ok());
  End();
  EXPECT_THAT(exported_->spans, IsEmpty());
}

TEST_F(CallTraceTest, EachEventOfABatchIsASpan) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishBatchRequest batch;
  *batch.add_events()->mutable_message() = Request();
  *batch.add_events()->mutable_message() = Request({3});
  grpc::ClientContext context;
  Trace(context);
  v1::PublishBatchResponse response;
  ASSERT_TRUE(stub_->PublishBatch(&context, batch, &response).ok());
  const auto calls = Spans(NameOf("PublishBatch"));
  ASSERT_THAT(calls, SizeIs(1));
  const auto events = Spans("fan-out");
  ASSERT_THAT(events, SizeIs(2));
  for (const CollectedSpan& event : events) EXPECT_EQ(event.parent_id, calls[0].span_id);
  EXPECT_THAT(Spans("PUBLISH"), SizeIs(2));
}

TEST_F(CallTraceTest, AStreamIsASpanFromItsBeginningToItsEnd) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  Trace(context);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  v1::PublishStreamResponse response;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  stream->WritesDone();
  ASSERT_TRUE(stream->Finish().ok());
  const auto calls = Spans(NameOf("PublishStream"));
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].parent_id, kParentId);
  const auto events = Spans("fan-out");
  ASSERT_THAT(events, SizeIs(3));
  for (const CollectedSpan& event : events) {
    EXPECT_EQ(event.parent_id, calls[0].span_id);
    EXPECT_LE(calls[0].from, event.from);
    EXPECT_LE(event.until, calls[0].until);
  }
}

class SampledTraceTest : public CallTraceTest {
 protected:
  SampledTraceTest() : CallTraceTest(1) {}
};

TEST_F(SampledTraceTest, ACallWithoutATraceBeginsOne) {
  publisher_.AcknowledgeAtOnce();
  ASSERT_TRUE(Call(Request()).status.ok());
  const auto calls = Spans(NameOf("PublishMessage"));
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].parent_id, "");
  EXPECT_EQ(Spans("fan-out").at(0).trace_id, calls[0].trace_id);
}

}  // namespace
}  // namespace dino::api
