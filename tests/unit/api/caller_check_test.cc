#include "server/api/caller_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/event/kinds.h"
#include "tests/unit/api/known_callers.h"

namespace dino::api {
namespace {

namespace reflection = ::grpc::reflection::v1alpha;
using ::testing::HasSubstr;

class CallerCheckTest : public KnownCallers, public ServerFixture {
 protected:
  CallerCheckTest() : ServerFixture(Options()) { publisher_.AcknowledgeAtOnce(); }

  using Reflection = grpc::ClientReaderWriter<reflection::ServerReflectionRequest,
                                              reflection::ServerReflectionResponse>;
  // Asks which services there are.
  std::unique_ptr<Reflection> Reflect(grpc::ClientContext& context) {
    auto stream = reflection_->ServerReflectionInfo(&context);
    reflection::ServerReflectionRequest request;
    request.set_list_services("");
    stream->Write(request);
    return stream;
  }

  const std::unique_ptr<reflection::ServerReflection::Stub> reflection_ =
      reflection::ServerReflection::NewStub(channel_);

  Answer CallWith(const std::string& key, const v1::PublishMessageRequest& request = Request()) {
    grpc::ClientContext context;
    Authorize(context, key);
    return Call(context, request);
  }
};

TEST_F(CallerCheckTest, AKnownKeyOpens) { EXPECT_TRUE(CallWith(kChatKey).status.ok()); }

TEST_F(CallerCheckTest, NothingElseOpens) {
  EXPECT_EQ(Call(Request()).status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  const grpc::Status status = CallWith("a-key-that-nobody-has").status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_CALLER");
  EXPECT_THAT(status.error_message(), HasSubstr("unknown API key"));
  EXPECT_EQ(status.error_message().find("nobody-has"), std::string::npos);
  publisher_.WaitForNoBatch();
}

TEST_F(CallerCheckTest, TwoKeysAreNone) {
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  context.AddMetadata("authorization", "Bearer " + kOtherKey);
  EXPECT_EQ(Call(context, Request()).status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(CallerCheckTest, EveryMethodWantsAKey) {
#define DINO_CALL(name, Name)                                             \
  {                                                                       \
    grpc::ClientContext context;                                          \
    v1::Publish##Name##Response response;                                 \
    EXPECT_EQ(stub_->Publish##Name(&context, {}, &response).error_code(), \
              grpc::StatusCode::UNAUTHENTICATED)                          \
        << #name;                                                         \
  }
  DINO_EVENT_KINDS(DINO_CALL)
#undef DINO_CALL

  grpc::ClientContext batch_context;
  v1::PublishBatchResponse batch;
  EXPECT_EQ(stub_->PublishBatch(&batch_context, {}, &batch).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext info_context;
  v1::GetServerInfoResponse info;
  EXPECT_EQ(stub_->GetServerInfo(&info_context, {}, &info).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext stream_context;
  const auto stream = stub_->PublishStream(&stream_context);
  v1::PublishStreamResponse answer;
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(CallerCheckTest, AMethodThatIsNotAllowedIsRefused) {
  const grpc::Status status = CallWith(kReadKey).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("receipts may not call PublishMessage"));
}

TEST_F(CallerCheckTest, ABatchIsNoWayAroundTheRights) {
  v1::PublishBatchRequest batch;
  *batch.add_events()->mutable_message() = Request();
  v1::PublishReadRequest& read = *batch.add_events()->mutable_read();
  read.mutable_read()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  read.mutable_read()->set_user_id(1);
  read.mutable_read()->mutable_read_at()->set_seconds(1);
  read.mutable_read()->set_group_type(v1::GROUP_TYPE_ONE_TO_ONE);
  read.add_user_ids(2);
  grpc::ClientContext context;
  Authorize(context, kReadKey);
  v1::PublishBatchResponse response;
  ASSERT_TRUE(stub_->PublishBatch(&context, batch, &response).ok());
  EXPECT_EQ(response.results(0).error().code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(response.results(1).has_delivery()) << response.results(1).ShortDebugString();
}

TEST_F(CallerCheckTest, IdempotencyKeysAreEachCallersOwn) {
  v1::PublishMessageRequest request = Request();
  request.mutable_options()->set_idempotency_key("key");
  const Answer first = CallWith(kChatKey, request);
  request.mutable_message()->set_message_payload("another");
  const Answer second = CallWith(kOtherKey, request);
  EXPECT_TRUE(first.status.ok());
  EXPECT_TRUE(second.status.ok()) << second.status.error_message();
  EXPECT_NE(first.response.delivery().event_id(), second.response.delivery().event_id());
  EXPECT_EQ(ReasonOf(CallWith(kChatKey, request).status), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(CallerCheckTest, HealthNeedsNoKey) {
  grpc::ClientContext context;
  health::HealthCheckResponse response;
  EXPECT_TRUE(health::Health::NewStub(channel_)->Check(&context, {}, &response).ok());
}

TEST_F(CallerCheckTest, AStreamEndsWhenItsKeyIsTakenAway) {
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  v1::PublishStreamResponse answer;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.result().has_delivery());

  Write({auth::KeyFileEntry("other", kOtherKey)});
  EXPECT_TRUE(callers_.Refresh().ok());
  EXPECT_TRUE(stream->Write(request));
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(CallerCheckTest, AStreamThatSendsNothingEndsWhenItsKeyIsTakenAway) {
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  v1::PublishStreamResponse answer;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&answer));

  Write({auth::KeyFileEntry("other", kOtherKey)});
  EXPECT_TRUE(callers_.Refresh().ok());
  EXPECT_FALSE(stream->Read(&answer));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_CALLER");
}

TEST_F(CallerCheckTest, ReflectionNeedsAKeyOfAnyMethods) {
  grpc::ClientContext without;
  const auto refused = Reflect(without);
  reflection::ServerReflectionResponse response;
  EXPECT_FALSE(refused->Read(&response));
  EXPECT_EQ(refused->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);

  grpc::ClientContext with;
  Authorize(with, kReadKey);
  const auto stream = Reflect(with);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.list_services_response().service_size(), 2);
}

TEST_F(CallerCheckTest, AStreamGoesOnWhenTheFileChangesElsewhere) {
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  const auto stream = stub_->PublishStream(&context);
  Write({auth::KeyFileEntry("chat", kChatKey)});
  EXPECT_TRUE(callers_.Refresh().ok());
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = Request();
  v1::PublishStreamResponse answer;
  EXPECT_TRUE(stream->Write(request));
  EXPECT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.result().has_delivery());
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(BearerKeyTest, IsReadWithTheSchemeInAnyCase) {
  const std::string key = "0123456789abcdef";
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    EXPECT_EQ(BearerKey(scheme + key), key) << scheme;
  }
}

TEST(BearerKeyTest, NothingElseIsAKey) {
  for (const char* text : {"", "Bearer", "Bearer ", "Bearer short", "Bearer  0123456789abcdef",
                           "Basic 0123456789abcdef", "0123456789abcdef", "Bearer 0123456789 abcdef",
                           "Bearer\t0123456789abcdef"}) {
    EXPECT_FALSE(BearerKey(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace dino::api
