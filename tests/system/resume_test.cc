// Repeated calls that another server takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint8_t kTopicInvalid = 0x90;

// Two servers with one broker, which refuses some topics at first.
class ResumeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_.AnswerWith([this](const Publish& publish) { return AnswerTo(publish); });
    for (BridgeProcess* bridge : {&first_, &second_}) {
      bridge->WaitForHealth("", health::HealthCheckResponse::SERVING);
    }
  }

  // Users with odd numbers, and topics that begin with "odd", are refused as long as the test says.
  std::uint8_t AnswerTo(const Publish& publish) {
    const std::string name = publish.topic.substr(publish.topic.rfind('/') + 1);
    const bool odd = name.rfind("odd", 0) == 0 || (name.back() - '0') % 2 == 1;
    const std::lock_guard lock(mutex_);
    ids_.insert(publish.user_properties.front().second);
    if (odd && refusing_) return kTopicInvalid;
    ++copies_[publish.topic];
    return 0;
  }
  void StopRefusing() {
    const std::lock_guard lock(mutex_);
    refusing_ = false;
  }

  // Each topic got the event once, and all copies had one ID.
  void ExpectOneCopyEach(std::size_t topics) {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(copies_.size(), topics);
    for (const auto& [topic, count] : copies_) EXPECT_EQ(count, 1) << topic;
    EXPECT_EQ(ids_.size(), 1U);
  }

  template <typename Request>
  static Request WithToken(Request request, const grpc::Status& failed) {
    const auto failure = DetailOf<v1::PublishFailure>(failed);
    EXPECT_TRUE(failure.has_value()) << Describe(failed);
    if (failure) request.mutable_options()->set_resume_token(failure->resume_token());
    return request;
  }

  static v1::PublishFailure FailureOf(const google::rpc::Status& error) {
    v1::PublishFailure failure;
    for (const auto& detail : error.details()) (void)detail.UnpackTo(&failure);
    return failure;
  }

  static v1::PublishCustomRequest PollRequest() {
    v1::PublishCustomRequest request;
    request.mutable_custom()->set_event_type("poll");
    request.mutable_custom()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
    return request;
  }
  static grpc::Status PublishCustom(BridgeProcess& bridge, const v1::PublishCustomRequest& request,
                                    v1::Delivery* delivery = nullptr) {
    grpc::ClientContext context;
    v1::PublishCustomResponse response;
    const grpc::Status status = bridge.stub().PublishCustom(&context, request, &response);
    if (delivery != nullptr) *delivery = response.delivery();
    return status;
  }

  static void ExpectComplete(const v1::Delivery& delivery, std::size_t recipients) {
    EXPECT_EQ(delivery.recipient_count(), recipients);
    EXPECT_EQ(delivery.acknowledged_count(), recipients);
    EXPECT_FALSE(delivery.replayed());
  }

  AutomaticBroker broker_;
  BridgeProcess first_{broker_.address()};
  BridgeProcess second_{broker_.address()};
  std::mutex mutex_;
  bool refusing_ = true;
  std::map<std::string, int> copies_;
  std::set<std::string> ids_;
};

TEST_F(ResumeTest, WithItsTokenACallGoesOnlyToThoseMissing) {
  for (const std::string key : {"", "key"}) {
    SCOPED_TRACE(key);
    {
      const std::lock_guard lock(mutex_);
      refusing_ = true;
      copies_.clear();
      ids_.clear();
    }
    v1::PublishMessageRequest request = MessageRequest({5, 4, 3, 2, 1}, "hello " + key);
    request.mutable_options()->set_idempotency_key(key);
    const grpc::Status failed = PublishMessage(first_, request);
    EXPECT_EQ(ReasonOf(failed), "BROKER_REFUSED") << Describe(failed);
    StopRefusing();
    v1::Delivery delivery;
    request = WithToken(request, failed);
    // The order of the recipients does not matter.
    std::reverse(request.mutable_user_ids()->begin(), request.mutable_user_ids()->end());
    const grpc::Status status = PublishMessage(second_, request, &delivery);
    EXPECT_TRUE(status.ok()) << Describe(status);
    ExpectComplete(delivery, 5);
    EXPECT_EQ(delivery.event_id(), DetailOf<v1::PublishFailure>(failed)->event_id());
    ExpectOneCopyEach(5);
  }
}

TEST_F(ResumeTest, AGroupOfTenThousandFitsInTheTrailers) {
  std::vector<std::int64_t> users(10000);
  std::iota(users.begin(), users.end(), 9007199254730000);
  // As many runs as there can be.
  const v1::PublishMessageRequest request = MessageRequest(users, "hello");
  const grpc::Status failed = PublishMessage(first_, request);
  const auto failure = DetailOf<v1::PublishFailure>(failed);
  ASSERT_TRUE(failure.has_value()) << Describe(failed);
  EXPECT_LE(failure->resume_token().size(), 2048U);
  EXPECT_EQ(failure->acknowledged_count(), 5000U);
  EXPECT_LE(failed.error_details().size() * 4 / 3 + 2 * failed.error_message().size(), 8192U);
  StopRefusing();
  v1::Delivery delivery;
  const grpc::Status status = PublishMessage(second_, WithToken(request, failed), &delivery);
  EXPECT_TRUE(status.ok()) << Describe(status);
  ExpectComplete(delivery, 10000);
  ExpectOneCopyEach(10000);
}

TEST_F(ResumeTest, NamedTopicsGoOnToo) {
  v1::PublishCustomRequest request = PollRequest();
  request.add_topics("rooms/odd-one");
  request.add_topics("rooms/2");
  const grpc::Status failed = PublishCustom(first_, request);
  StopRefusing();
  v1::Delivery delivery;
  const grpc::Status status = PublishCustom(second_, WithToken(request, failed), &delivery);
  EXPECT_TRUE(status.ok()) << Describe(status);
  ExpectComplete(delivery, 2);
  ExpectOneCopyEach(2);
}

TEST_F(ResumeTest, OverlaysGoToThoseForWhomTheyAreAndBelongToTheEvent) {
  v1::PublishCustomRequest request = PollRequest();
  for (const std::int64_t user : {1, 2}) {
    request.add_user_ids(user);
    (*(*request.mutable_overlays())[user].mutable_fields())["place"].set_number_value(
        static_cast<double>(user));
  }
  const grpc::Status failed = PublishCustom(first_, request);
  StopRefusing();
  request = WithToken(request, failed);
  v1::PublishCustomRequest of_another = request;
  of_another.mutable_overlays()->erase(1);
  EXPECT_EQ(ReasonOf(PublishCustom(second_, of_another)), "RESUME_TOKEN");
  v1::Delivery delivery;
  const grpc::Status status = PublishCustom(second_, request, &delivery);
  EXPECT_TRUE(status.ok()) << Describe(status);
  ExpectComplete(delivery, 2);
  ExpectOneCopyEach(2);
  for (const Publish& publish : broker_.publications()) {
    const std::string user = publish.topic.substr(publish.topic.rfind('/') + 1);
    EXPECT_THAT(publish.payload, HasSubstr("\"place\":" + user)) << publish.topic;
  }
}

TEST_F(ResumeTest, AStreamTakesTokensAndGivesThem) {
  v1::PublishMessageRequest message = MessageRequest({1, 2}, "hello");
  const auto publish = [](BridgeProcess& bridge, const v1::PublishMessageRequest& event) {
    grpc::ClientContext context;
    const auto stream = bridge.stub().PublishStream(&context);
    v1::PublishStreamRequest request;
    *request.mutable_event()->mutable_message() = event;
    v1::PublishStreamResponse response;
    EXPECT_TRUE(stream->Write(request));
    EXPECT_TRUE(stream->Read(&response));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return response.result();
  };
  const v1::EventResult failed = publish(first_, message);
  StopRefusing();
  message.mutable_options()->set_resume_token(FailureOf(failed.error()).resume_token());
  ASSERT_NE(message.options().resume_token(), "");
  ExpectComplete(publish(second_, message).delivery(), 2);
  ExpectOneCopyEach(2);
}

TEST_F(ResumeTest, EventsOfABatchHaveTokensOfTheirOwn) {
  v1::PublishBatchRequest request;
  for (int i = 0; i < 2; ++i) {
    *request.add_events()->mutable_message() = MessageRequest({1 + 2 * i, 2 + 2 * i}, "hello");
  }
  v1::PublishBatchResponse response;
  grpc::ClientContext first;
  ASSERT_TRUE(first_.stub().PublishBatch(&first, request, &response).ok());
  StopRefusing();
  for (int i = 0; i < 2; ++i) {
    const v1::PublishFailure failure = FailureOf(response.results(i).error());
    ASSERT_NE(failure.resume_token(), "");
    auto& options = *request.mutable_events(i)->mutable_message()->mutable_options();
    options.set_resume_token(failure.resume_token());
  }
  v1::PublishBatchResponse repeated;
  grpc::ClientContext second;
  ASSERT_TRUE(second_.stub().PublishBatch(&second, request, &repeated).ok());
  for (int i = 0; i < 2; ++i) ExpectComplete(repeated.results(i).delivery(), 2);
  const std::lock_guard lock(mutex_);
  for (const auto& [topic, count] : copies_) EXPECT_EQ(count, 1) << topic;
}

TEST_F(ResumeTest, AWrongTokenIsRefusedAndPublishesNothing) {
  const v1::PublishMessageRequest request = MessageRequest({1, 2}, "hello");
  const grpc::Status failed = PublishMessage(first_, request);
  StopRefusing();
  v1::PublishMessageRequest damaged = WithToken(request, failed);
  damaged.mutable_options()->mutable_resume_token()->back() ^= 1;
  v1::PublishMessageRequest of_another = WithToken(MessageRequest({1, 2}, "hi"), failed);
  v1::PublishMessageRequest with_a_key = WithToken(request, failed);
  with_a_key.mutable_options()->set_idempotency_key("key");
  for (const auto& wrong : {damaged, of_another, with_a_key}) {
    const grpc::Status status = PublishMessage(second_, wrong);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "RESUME_TOKEN");
    EXPECT_THAT(BadFieldsOf(status), ElementsAre("options.resume_token"));
  }
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(copies_, ElementsAre(::testing::Pair("dms/dev/2", 1)));
}

}  // namespace
}  // namespace dino::testing
