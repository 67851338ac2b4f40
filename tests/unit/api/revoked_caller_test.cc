// What becomes of calls whose caller loses its key, or rights, after they began.
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/api/publish_call.h"
#include "server/grpc/message.h"
#include "tests/unit/api/known_callers_context.h"
#include "tests/unit/grpc/unsent_call.h"

namespace dino::api {
namespace {

// With the key of the chat. Keeps how it ends.
class ChatCall final : public transport::UnsentCall {
 public:
  transport::MetadataValues Metadata(std::string_view key) const override {
    transport::MetadataValues values;
    if (key == "authorization") values.emplace_back(authorization_);
    return values;
  }
  void Finish(const transport::Message& /*answer*/) override { code_ = grpc::StatusCode::OK; }
  void Finish(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {
    code_ = status.error_code();
  }
  void Reject(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {
    code_ = status.error_code();
  }

  std::optional<grpc::StatusCode> code() const { return code_; }

 private:
  const std::string authorization_ = "Bearer " + kChatKey;
  std::optional<grpc::StatusCode> code_;
};

class RevokedCallerTest : public KnownCallersContext {
 public:
  static void SetUpTestSuite() { ServerFixture::SetUpTestSuite(); }

 protected:
  // How a call ends that began before the key file had these entries, and whose request came later.
  // It lacks all fields, which is found out after who calls.
  std::optional<grpc::StatusCode> CodeAfter(const std::vector<std::string>& entries) {
    ChatCall call;
    PublishCall<v1::PublishMessageRequest, v1::PublishMessageResponse> handler(shared_, call);
    handler.OnBegin();
    EXPECT_FALSE(call.code().has_value()) << "it may begin";
    Write(entries);
    EXPECT_TRUE(callers_.Refresh().ok());
    handler.OnMessage(transport::Message(v1::PublishMessageRequest()));
    return call.code();
  }
};

TEST_F(RevokedCallerTest, ARequestThatComesAfterItsKeyWasTakenAwayIsRefused) {
  EXPECT_EQ(CodeAfter({auth::KeyFileEntry("other", kOtherKey)}), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(RevokedCallerTest, ARequestThatComesAfterItsRightWasTakenAwayIsRefused) {
  EXPECT_EQ(CodeAfter({auth::KeyFileEntry("chat", kChatKey, R"(, "methods": ["PublishRead"])")}),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(RevokedCallerTest, ARequestIsHandledWhenTheFileChangesElsewhere) {
  EXPECT_EQ(CodeAfter({auth::KeyFileEntry("chat", kChatKey)}), grpc::StatusCode::INVALID_ARGUMENT);
}

class RevokedReflectionTest : public KnownCallers, public ServerFixture {
 protected:
  RevokedReflectionTest() : ServerFixture(Options()) {}
};

TEST_F(RevokedReflectionTest, NoQuestionIsAnsweredAfterTheKeyWasTakenAway) {
  namespace reflection = ::grpc::reflection::v1alpha;
  const auto stub = reflection::ServerReflection::NewStub(channel_);
  grpc::ClientContext context;
  Authorize(context, kChatKey);
  const auto stream = stub->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest question;
  question.set_list_services("");
  reflection::ServerReflectionResponse answer;
  ASSERT_TRUE(stream->Write(question));
  ASSERT_TRUE(stream->Read(&answer));

  Write({auth::KeyFileEntry("other", kOtherKey)});
  EXPECT_TRUE(callers_.Refresh().ok());
  EXPECT_TRUE(stream->Write(question));
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace dino::api
