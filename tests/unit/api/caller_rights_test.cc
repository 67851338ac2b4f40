#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/caller_check.h"
#include "tests/unit/api/known_callers.h"

namespace dino::api {
namespace {

using ::testing::HasSubstr;

v1::EventRequest Custom(const std::string& event_type, const std::vector<std::string>& topics,
                        const std::vector<std::int64_t>& users = {}) {
  v1::EventRequest event;
  v1::PublishCustomRequest& request = *event.mutable_custom();
  request.mutable_custom()->set_event_type(event_type);
  request.mutable_custom()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  for (const std::string& topic : topics) request.add_topics(topic);
  for (const std::int64_t user : users) request.add_user_ids(user);
  return event;
}

// What a caller may not publish; the last one is what it may.
std::vector<v1::EventRequest> Events(const v1::PublishMessageRequest& message) {
  std::vector<v1::EventRequest> events = {
      Custom("deploy", {"builds/7"}), Custom("build_done", {"builds/7", "rooms/7"}),
      // User 42 has the topic 42.
      Custom("build_done", {"42"}), Custom("build_done", {}, {42})};
  *events.emplace_back().mutable_message() = message;
  events.push_back(Custom("build_done", {"builds", "builds/7/log"}));
  return events;
}

const std::vector<std::string> kWhyNot = {
    "the caller team may not publish events of the type deploy",
    "the caller team may not publish to the topic rooms/7",
    "the caller team may not publish to the topic 42",
    "the caller team may not publish to the topic of the user 42",
    "the caller team may not publish events of the type message"};

// Callers whose key allows them some types of events and some topics.
class CallerRightsTest : public KnownCallers, public ServerFixture {
 protected:
  CallerRightsTest() : ServerFixture(Options()) {}

  grpc::Status CallWith(const std::string& key, const v1::EventRequest& event) {
    grpc::ClientContext context;
    Authorize(context, key);
    if (event.has_message()) return Call(context, event.message()).status;
    v1::PublishCustomResponse response;
    return stub_->PublishCustom(&context, event.custom(), &response);
  }

  // How many calls were refused for that reason.
  std::uint64_t Refused(std::string_view reason) const {
    const std::vector<std::string>& reasons = server_->meters().refusals();
    const auto found = std::find(reasons.begin(), reasons.end(), reason);
    return server_->meters().refused(static_cast<std::size_t>(found - reasons.begin()));
  }

  // Refused events are answered so; the last one is published.
  static void ExpectOnlyTheLastOne(const std::vector<v1::EventResult>& results) {
    ASSERT_EQ(results.size(), kWhyNot.size() + 1);
    for (std::size_t i = 0; i < kWhyNot.size(); ++i) {
      const google::rpc::Status& error = results[i].error();
      const grpc::Status status(static_cast<grpc::StatusCode>(error.code()), error.message(),
                                error.SerializeAsString());
      ExpectRefused(status, kWhyNot[i]);
    }
    EXPECT_TRUE(results.back().has_delivery());
  }

  static void ExpectRefused(const grpc::Status& status, const std::string& why_not) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(ReasonOf(status), "CALLER_NOT_ALLOWED");
    EXPECT_EQ(status.error_message(), why_not);
  }
};

TEST_F(CallerRightsTest, AnEventOfAnotherTypeOrToAnotherTopicIsRefused) {
  publisher_.AcknowledgeAtOnce();
  const std::vector<v1::EventRequest> events = Events(Request());
  for (std::size_t i = 0; i < kWhyNot.size(); ++i) {
    ExpectRefused(CallWith(kTeamKey, events[i]), kWhyNot[i]);
  }
  EXPECT_EQ(publisher_.published_count(), 0U);
  EXPECT_TRUE(CallWith(kTeamKey, events.back()).ok());
}

TEST_F(CallerRightsTest, WithoutThemAnyEventMayGoAnywhere) {
  publisher_.AcknowledgeAtOnce();
  for (const v1::EventRequest& event : Events(Request())) {
    EXPECT_TRUE(CallWith(kChatKey, event).ok()) << event.ShortDebugString();
  }
}

TEST_F(CallerRightsTest, ATypeOfItsOwnMethodIsRefusedBeforeTheRequestIsRead) {
  // What is not allowed is not looked at.
  grpc::ClientContext context;
  Authorize(context, kTeamKey);
  EXPECT_EQ(Call(context, {}).status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(CallerRightsTest, ADryRunNeedsTheRightsToo) {
  v1::EventRequest event = Custom("build_done", {"rooms/7"});
  event.mutable_custom()->mutable_options()->set_validate_only(true);
  ExpectRefused(CallWith(kTeamKey, event), kWhyNot[1]);
}

TEST_F(CallerRightsTest, WhatABatchMayNotPublishFailsAlone) {
  publisher_.AcknowledgeAtOnce();
  v1::PublishBatchRequest batch;
  for (const v1::EventRequest& event : Events(Request())) *batch.add_events() = event;
  grpc::ClientContext context;
  Authorize(context, kTeamKey);
  v1::PublishBatchResponse response;
  ASSERT_TRUE(stub_->PublishBatch(&context, batch, &response).ok());
  ExpectOnlyTheLastOne({response.results().begin(), response.results().end()});
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(CallerRightsTest, WhatAStreamMayNotPublishFailsAlone) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  Authorize(context, kTeamKey);
  const auto stream = stub_->PublishStream(&context);
  std::vector<v1::EventResult> results;
  for (const v1::EventRequest& event : Events(Request())) {
    v1::PublishStreamRequest request;
    *request.mutable_event() = event;
    v1::PublishStreamResponse answer;
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&answer));
    results.push_back(answer.result());
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  ExpectOnlyTheLastOne(results);
  EXPECT_EQ(publisher_.published_count(), 1U);
}

TEST_F(CallerRightsTest, AnOpenStreamHasTheRightsThatTheFileGivesNow) {
  publisher_.AcknowledgeAtOnce();
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event() = Custom("deploy", {"builds/7"});
  v1::PublishStreamResponse answer;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.result().has_delivery());

  Write({auth::KeyFileEntry("chat", kChatKey, R"(, "event_types": ["build"])")});
  EXPECT_TRUE(callers_.Refresh().ok());
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_THAT(answer.result().error().message(), HasSubstr("events of the type deploy"));
}

// Both a stream's next event and the check of all streams find out that its key is gone.
TEST_F(CallerRightsTest, AStreamWhoseKeyIsTakenAwayCountsAsOneRefusal) {
  const auto open = [this](grpc::ClientContext& context, const std::string& key) {
    Authorize(context, key);
    return stub_->PublishStream(&context);
  };
  grpc::ClientContext busy_context;
  const auto busy = open(busy_context, kChatKey);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  ASSERT_TRUE(busy->Write(request));
  const auto batch = publisher_.WaitForBatch();
  grpc::ClientContext first_context;
  const auto first = open(first_context, kOtherKey);
  grpc::ClientContext second_context;
  const auto second = open(second_context, kSteadyKey);
  // Their answers show that they are open.
  v1::PublishStreamResponse answer;
  v1::PublishStreamRequest nothing;
  for (const auto* stream : {&first, &second}) {
    ASSERT_TRUE((*stream)->Write(nothing));
    ASSERT_TRUE((*stream)->Read(&answer));
  }

  Write({auth::KeyFileEntry("slow", kSlowKey)});
  EXPECT_TRUE(callers_.Refresh().ok());
  ASSERT_TRUE(busy->Write(request));
  // The check of all streams ends those that send nothing, and has looked at the busy one too.
  EXPECT_FALSE(first->Read(&answer));
  EXPECT_FALSE(second->Read(&answer));
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(second->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  publisher_.End(batch, kAcknowledged);
  EXPECT_TRUE(busy->Read(&answer));
  EXPECT_FALSE(busy->Read(&answer));
  EXPECT_EQ(busy->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Refused("UNKNOWN_CALLER"), 3U);
}

}  // namespace
}  // namespace dino::api
