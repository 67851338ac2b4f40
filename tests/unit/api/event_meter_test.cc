#include "server/api/event_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using Via = EventMeter::Via;
using mqtt::Outcome;
using mqtt::PublicationOutcome;

std::size_t PlaceIn(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  EXPECT_NE(found, names.end()) << name;
  return static_cast<std::size_t>(found - names.begin());
}

TEST(EventMeterNamesTest, WhatIsNotAmongTheNamesCountsAsTheLast) {
  EventMeter meter({{"kind"}, {"OK", "KNOWN", "UNKNOWN"}, {"KNOWN", "UNKNOWN"}});
  meter.Ended(Via::kStream, "of a later version");
  meter.Failed(0, "of a later version", 7);
  EXPECT_EQ(meter.ended(Via::kStream, 2), 1U);
  EXPECT_EQ(meter.failed(0, 1), 7U);
  EXPECT_EQ(meter.failed(0, 0), 0U);
}

class EventMeterTest : public ServerFixture {
 protected:
  std::uint64_t Ended(Via via, std::string_view result) const {
    const EventMeter& meter = server_->event_meter();
    return meter.ended(via, PlaceIn(meter.names().results, result));
  }
  // Those of messages.
  std::uint64_t Failed(std::string_view reason) const {
    const EventMeter& meter = server_->event_meter();
    return meter.failed(event::IndexOfKind("message"), PlaceIn(meter.names().reasons, reason));
  }
  std::uint64_t AllFailed() const {
    const EventMeter& meter = server_->event_meter();
    std::uint64_t sum = 0;
    for (std::size_t kind = 0; kind < meter.names().kinds.size(); ++kind) {
      for (std::size_t i = 0; i < meter.names().reasons.size(); ++i) sum += meter.failed(kind, i);
    }
    return sum;
  }
};

TEST_F(EventMeterTest, EachRecipientCountsWithItsOwnReason) {
  auto answer = CallAsync(Request({1, 2, 3, 4, 5, 6, 7}));
  publisher_.End(publisher_.WaitForBatch(),
                 std::vector<PublicationOutcome>{{Outcome::kAcknowledged, 0, false},
                                                 {Outcome::kRejected, 0x87, false},
                                                 {Outcome::kRejected, 0x97, false},
                                                 {Outcome::kRejected, 0x99, false},
                                                 {Outcome::kNotSent, 0x95, false},
                                                 {Outcome::kUnknown, 0, true},
                                                 {Outcome::kUnknown, 0, false}});
  EXPECT_FALSE(answer.get().status.ok());
  EXPECT_EQ(Failed("BROKER_NOT_AUTHORIZED"), 1U);
  EXPECT_EQ(Failed("BROKER_BUSY"), 1U);
  EXPECT_EQ(Failed("BROKER_REFUSED"), 1U);
  EXPECT_EQ(Failed("BROKER_LIMIT"), 1U);
  EXPECT_EQ(Failed("BROKER_UNREACHABLE"), 1U);
  EXPECT_EQ(Failed("DEADLINE_EXCEEDED"), 1U);
  EXPECT_EQ(AllFailed(), 6U);
  EXPECT_EQ(Ended(Via::kUnary, "BROKER_LIMIT"), 1U);
}

TEST_F(EventMeterTest, WhatIsAcknowledgedFailsForNobody) {
  publisher_.AcknowledgeAtOnce();
  EXPECT_TRUE(Call(Request()).status.ok());
  EXPECT_EQ(AllFailed(), 0U);
  EXPECT_EQ(Ended(Via::kUnary, "OK"), 1U);
}

TEST_F(EventMeterTest, ARefusedEventFailsForAllItsRecipients) {
  publisher_.set_connected(false);
  EXPECT_FALSE(Call(Request({1, 2, 3})).status.ok());
  EXPECT_EQ(Failed("BROKER_UNREACHABLE"), 3U);
  EXPECT_EQ(Ended(Via::kUnary, "BROKER_UNREACHABLE"), 1U);
}

TEST_F(EventMeterTest, ADryRunFailsForNobody) {
  publisher_.set_connected(false);
  v1::PublishMessageRequest request = Request({1, 2, 3});
  request.mutable_options()->set_validate_only(true);
  EXPECT_FALSE(Call(request).status.ok());
  EXPECT_EQ(AllFailed(), 0U);
  EXPECT_EQ(Ended(Via::kUnary, "BROKER_UNREACHABLE"), 1U);
}

TEST_F(EventMeterTest, AnEventThatIsNotValidHasNoRecipients) {
  EXPECT_FALSE(Call(Request({0})).status.ok());
  EXPECT_EQ(AllFailed(), 0U);
  EXPECT_EQ(Ended(Via::kUnary, "INVALID_FIELD"), 1U);
}

TEST_F(EventMeterTest, ACancelledCallFailsForThoseWhoAreNotAcknowledged) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  auto answer =
      std::async(std::launch::async, [this, &context] { return Call(context, Request()); });
  publisher_.WaitForBatch();
  context.TryCancel();
  EXPECT_EQ(answer.get().status.error_code(), grpc::StatusCode::CANCELLED);
  server_->Drain(testing::kPatience);
  EXPECT_EQ(Failed("CANCELLED"), 2U);
  EXPECT_EQ(Ended(Via::kUnary, "CANCELLED"), 1U);
}

TEST_F(EventMeterTest, ACallThatJoinsAnotherFailsToo) {
  v1::PublishMessageRequest request = Request();
  request.mutable_options()->set_idempotency_key("key");
  auto first = CallAsync(request);
  const auto batch = publisher_.WaitForBatch();
  auto second = CallAsync(request);
  while (keyed_.figures().joins == 0) std::this_thread::yield();
  publisher_.End(batch, {Outcome::kRejected, 0x87, false});
  EXPECT_FALSE(first.get().status.ok());
  EXPECT_FALSE(second.get().status.ok());
  EXPECT_EQ(Failed("BROKER_NOT_AUTHORIZED"), 4U);
  EXPECT_EQ(Ended(Via::kUnary, "BROKER_NOT_AUTHORIZED"), 2U);
}

TEST_F(EventMeterTest, EachEventOfABatchCounts) {
  v1::PublishBatchRequest request;
  *request.add_events()->mutable_message() = Request({1, 2});
  *request.add_events()->mutable_message() = Request({0});
  request.add_events();
  auto answer = std::async(std::launch::async, [&] {
    grpc::ClientContext context;
    v1::PublishBatchResponse response;
    return stub_->PublishBatch(&context, request, &response);
  });
  publisher_.End(publisher_.WaitForBatch(), {Outcome::kUnknown, 0, true});
  ASSERT_TRUE(answer.get().ok());
  EXPECT_EQ(Ended(Via::kBatch, "BROKER_UNREACHABLE"), 1U);
  EXPECT_EQ(Ended(Via::kBatch, "INVALID_FIELD"), 2U);
  EXPECT_EQ(Ended(Via::kBatch, "OK"), 0U);
  EXPECT_EQ(Failed("BROKER_UNREACHABLE"), 2U);
}

TEST_F(EventMeterTest, ABatchThatIsRefusedAsAWholeCountsOnce) {
  grpc::ClientContext context;
  v1::PublishBatchResponse response;
  EXPECT_FALSE(stub_->PublishBatch(&context, {}, &response).ok());
  EXPECT_EQ(Ended(Via::kBatch, "INVALID_FIELD"), 1U);
}

TEST_F(EventMeterTest, EachEventOfAStreamCounts) {
  publisher_.set_connected(false);
  grpc::ClientContext context;
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  v1::PublishStreamResponse response;
  for (const std::int64_t user : {0, 5}) {
    *request.mutable_event()->mutable_message() = Request({user});
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(Ended(Via::kStream, "INVALID_FIELD"), 1U);
  EXPECT_EQ(Ended(Via::kStream, "BROKER_UNREACHABLE"), 1U);
  EXPECT_EQ(Failed("BROKER_UNREACHABLE"), 1U);
}

// Neither the stream nor its event was given up by the caller.
TEST_F(EventMeterTest, AStreamWhoseDeadlinePassesIsNotCancelled) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request({5});
  ASSERT_TRUE(stream->Write(request));
  const auto batch = publisher_.WaitForBatch();
  v1::PublishStreamResponse response;
  while (stream->Read(&response)) continue;
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  server_->Drain(testing::kPatience);
  for (const transport::MethodMeter& method : server_->meters().methods()) {
    if (method.name().method != "PublishStream") continue;
    EXPECT_EQ(method.handled(grpc::StatusCode::CANCELLED), 0U);
    EXPECT_EQ(method.handled(grpc::StatusCode::DEADLINE_EXCEEDED), 1U);
  }
  EXPECT_EQ(Ended(Via::kStream, "DEADLINE_EXCEEDED"), 1U);
  EXPECT_EQ(Failed("DEADLINE_EXCEEDED"), 1U);
}

TEST_F(EventMeterTest, InfoAndReflectionAreNoEvents) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(stub_->GetServerInfo(&context, {}, &response).ok());
  for (const Via via : {Via::kUnary, Via::kBatch, Via::kStream}) {
    for (const std::string& result : server_->event_meter().names().results) {
      EXPECT_EQ(Ended(via, result), 0U) << result;
    }
  }
}

}  // namespace
}  // namespace dino::api
