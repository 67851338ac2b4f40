#include "server/grpc/call_meters.h"

#include <google/protobuf/descriptor.h>

#include <numeric>
#include <set>
#include <string>

#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

constexpr std::size_t kOk = 0;

std::uint64_t RefusalsFor(const transport::CallMeters& meters, std::string_view reason) {
  for (std::size_t i = 0; i < meters.refusals().size(); ++i) {
    if (meters.refusals()[i] == reason) return meters.refused(i);
  }
  ADD_FAILURE() << reason;
  return 0;
}

TEST(MethodMeterTest, AnUnknownCodeCountsAsUnknown) {
  transport::MethodMeter meter({"service", "Method", "unary"});
  meter.Handled(77, std::chrono::milliseconds(1));
  EXPECT_EQ(meter.handled(grpc::StatusCode::UNKNOWN), 1U);
}

class CallMetersTest : public ServerFixture {
 protected:
  const transport::MethodMeter& Of(const std::string& method) const {
    for (const transport::MethodMeter& each : server_->meters().methods()) {
      if (each.name().method == method) return each;
    }
    ADD_FAILURE() << "no method " << method;
    return server_->meters().methods().front();
  }

  std::uint64_t Refused(std::string_view reason) const {
    return RefusalsFor(server_->meters(), reason);
  }
};

TEST_F(CallMetersTest, KnowsAllMethodsFromTheStart) {
  std::set<std::string> types;
  for (const transport::MethodMeter& method : server_->meters().methods()) {
    EXPECT_EQ(method.started(), 0U);
    types.insert(method.name().type);
  }
  EXPECT_EQ(types, (std::set<std::string>{"unary", "server_stream", "bidi_stream"}));
}

// A method that is not served is one whose kind of event has no file in server/event/kinds.
TEST_F(CallMetersTest, EveryMethodOfTheProtoIsServed) {
  std::set<std::string> served;
  for (const transport::MethodMeter& method : server_->meters().methods()) {
    if (method.name().service == kServiceName) served.insert(method.name().method);
  }
  std::set<std::string> stated;
  const auto& service =
      *google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(kServiceName);
  for (int i = 0; i < service.method_count(); ++i) stated.emplace(service.method(i)->name());
  EXPECT_EQ(served, stated);
}

TEST_F(CallMetersTest, ACallIsCountedBeforeItsAnswer) {
  publisher_.AcknowledgeAtOnce();
  ASSERT_TRUE(Call(Request()).status.ok());
  const transport::MethodMeter& meter = Of("PublishMessage");
  EXPECT_EQ(meter.started(), 1U);
  EXPECT_EQ(meter.received(), 1U);
  EXPECT_EQ(meter.sent(), 1U);
  EXPECT_EQ(meter.handled(kOk), 1U);
  const Histogram::Reading seconds = meter.seconds().Read();
  EXPECT_EQ(std::accumulate(seconds.counts.begin(), seconds.counts.end(), std::uint64_t{0}), 1U);
}

TEST_F(CallMetersTest, ARefusalIsCountedByWhatTheCallerIsTold) {
  EXPECT_FALSE(Call(Request({0})).status.ok());
  EXPECT_EQ(Of("PublishMessage").handled(grpc::StatusCode::INVALID_ARGUMENT), 1U);
  EXPECT_EQ(Of("PublishMessage").sent(), 0U);
  EXPECT_EQ(Refused("INVALID_FIELD"), 1U);
  publisher_.set_connected(false);
  EXPECT_FALSE(Call(Request()).status.ok());
  EXPECT_EQ(Refused("BROKER_UNREACHABLE"), 1U);
}

TEST_F(CallMetersTest, AFailureAfterPublishingIsNoRefusal) {
  auto answer = CallAsync(Request());
  publisher_.End(publisher_.WaitForBatch(), {mqtt::Outcome::kUnknown, 0, true});
  EXPECT_EQ(answer.get().status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Of("PublishMessage").handled(grpc::StatusCode::UNAVAILABLE), 1U);
  EXPECT_EQ(Refused("BROKER_UNREACHABLE"), 0U);
}

TEST_F(CallMetersTest, ACallThatWasGivenUpEndsAsCancelled) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  auto answer =
      std::async(std::launch::async, [this, &context] { return Call(context, Request()); });
  publisher_.WaitForBatch();
  context.TryCancel();
  EXPECT_EQ(answer.get().status.error_code(), grpc::StatusCode::CANCELLED);
  server_->Drain(testing::kPatience);
  EXPECT_EQ(Of("PublishMessage").handled(grpc::StatusCode::CANCELLED), 1U);
}

TEST_F(CallMetersTest, EachEventOfABatchCanBeRefused) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishBatchRequest request;
  *request.add_events()->mutable_message() = Request();
  *request.add_events()->mutable_message() = Request({0});
  request.add_events();
  grpc::ClientContext context;
  v1::PublishBatchResponse response;
  ASSERT_TRUE(stub_->PublishBatch(&context, request, &response).ok());
  EXPECT_EQ(Of("PublishBatch").handled(kOk), 1U);
  EXPECT_EQ(Refused("INVALID_FIELD"), 2U);
}

TEST_F(CallMetersTest, AStreamCountsItsMessages) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  v1::PublishStreamResponse response;
  for (int i = 0; i < 3; ++i) {
    *request.mutable_event()->mutable_message() = Request({i});
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  server_->Drain(testing::kPatience);
  const transport::MethodMeter& meter = Of("PublishStream");
  EXPECT_EQ(meter.started(), 1U);
  EXPECT_EQ(meter.received(), 3U);
  EXPECT_EQ(meter.sent(), 3U);
  EXPECT_EQ(meter.handled(kOk), 1U);
  EXPECT_EQ(Refused("INVALID_FIELD"), 1U);
}

}  // namespace
}  // namespace dino::api
