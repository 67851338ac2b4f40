#include "server/api/call_limits.h"

#include <chrono>
#include <string>

#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMaxRequestBytes = 10000;

ServerOptions LowLimits() {
  ServerOptions options;
  options.call_limits.max_request_bytes = kMaxRequestBytes;
  options.call_limits.max_batch_events = 2;
  options.call_limits.max_publish_streams = 1;
  return options;
}

class CallLimitsTest : public ServerFixture {
 protected:
  CallLimitsTest() : ServerFixture(LowLimits()) { publisher_.AcknowledgeAtOnce(); }

  static v1::PublishMessageRequest RequestOfSize(std::size_t bytes) {
    v1::PublishMessageRequest request = Request();
    // Its own length takes a byte more as it grows.
    request.mutable_message()->set_message_payload("");
    const std::size_t rest = request.ByteSizeLong();
    request.mutable_message()->set_message_payload(std::string(bytes - rest - 2, 'x'));
    request.mutable_message()->mutable_message_payload()->resize(
        request.message().message_payload().size() + bytes - request.ByteSizeLong());
    EXPECT_EQ(request.ByteSizeLong(), bytes);
    return request;
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
  }

  grpc::Status CallBatchOf(int events) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::PublishBatchRequest batch;
    for (int i = 0; i < events; ++i) *batch.add_events()->mutable_message() = Request();
    v1::PublishBatchResponse response;
    return stub_->PublishBatch(&context, batch, &response);
  }

  // Publishes an event on a stream; OK if it is answered.
  static grpc::Status Publish(
      grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>& stream) {
    v1::PublishStreamRequest request;
    *request.mutable_event()->mutable_message() = Request();
    v1::PublishStreamResponse response;
    stream.Write(request);
    return stream.Read(&response) ? grpc::Status::OK : stream.Finish();
  }
};

TEST_F(CallLimitsTest, ARequestMayHaveSoManyBytes) {
  EXPECT_TRUE(Call(RequestOfSize(kMaxRequestBytes)).status.ok());
  const grpc::Status status = Call(RequestOfSize(kMaxRequestBytes + 1)).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "REQUEST_TOO_LARGE");
  EXPECT_THAT(status.error_message(), HasSubstr("has 10001 bytes; at most 10000"));
}

TEST_F(CallLimitsTest, ABatchMayHaveSoManyEvents) {
  EXPECT_TRUE(CallBatchOf(2).ok());
  const grpc::Status status = CallBatchOf(3);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).description(),
            "must have 1 to 2 entries");
}

TEST_F(CallLimitsTest, SoManyStreamsMayBeOpen) {
  grpc::ClientContext first_context;
  SetDeadline(first_context);
  const auto first = stub_->PublishStream(&first_context);
  EXPECT_TRUE(Publish(*first).ok());

  grpc::ClientContext second_context;
  SetDeadline(second_context);
  const grpc::Status refused = Publish(*stub_->PublishStream(&second_context));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "OVERLOADED");
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(refused).retry_delay().nanos(), 0);

  first->WritesDone();
  EXPECT_TRUE(first->Finish().ok());
  // The server may hear a little later than we that it has ended.
  grpc::Status status = refused;
  const auto deadline = testing::Clock::now() + testing::kPatience;
  while (!status.ok() && testing::Clock::now() < deadline) {
    grpc::ClientContext context;
    SetDeadline(context);
    status = Publish(*stub_->PublishStream(&context));
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(CallLimitsTest, AStreamThatSendsATooLongMessageIsToldSo) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = stub_->PublishStream(&context);
  v1::PublishStreamRequest request;
  *request.mutable_event()->mutable_message() = RequestOfSize(kMaxRequestBytes);
  stream->Write(request);
  v1::PublishStreamResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(ReasonOf(stream->Finish()), "REQUEST_TOO_LARGE");
}

}  // namespace
}  // namespace dino::api
