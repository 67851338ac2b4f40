#include "clients/dino-publish/call.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"

namespace dino::publish_client {
namespace {

using events::v1::PublishReadRequest;
using events::v1::PublishReadResponse;

// Records requests and answers as the test says.
class FakeService : public events::v1::EventPublisherService::Service {
 public:
  grpc::Status PublishRead(grpc::ServerContext* context, const PublishReadRequest* request,
                           PublishReadResponse* response) override {
    request_ = *request;
    const auto found = context->client_metadata().find("traceparent");
    if (found != context->client_metadata().end()) {
      traceparent_.assign(found->second.data(), found->second.size());
    }
    const auto key = context->client_metadata().find("authorization");
    if (key != context->client_metadata().end()) {
      authorization_.assign(key->second.data(), key->second.size());
    }
    response->mutable_delivery()->set_event_id(std::string(event_id_bytes_, 'e'));
    return status_;
  }

  PublishReadRequest request_;
  std::string traceparent_;
  std::string authorization_;
  std::size_t event_id_bytes_ = 1;
  grpc::Status status_;
};

class MakeCallTest : public ::testing::Test {
 protected:
  MakeCallTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    call_.address = "127.0.0.1:" + std::to_string(port);
    call_.path = "/dino.events.v1.EventPublisherService/PublishRead";
    call_.timeout = std::chrono::seconds(30);
  }
  ~MakeCallTest() override { server_->Shutdown(); }

  FakeService service_;
  std::unique_ptr<grpc::Server> server_;
  Call call_;
};

TEST_F(MakeCallTest, CarriesRequestTraceContextAndResponse) {
  PublishReadRequest request;
  request.add_user_ids(7);
  call_.request = request.SerializeAsString();
  call_.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  std::string bytes;
  const grpc::Status status = MakeCall(call_, bytes);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(service_.request_.user_ids(), ::testing::ElementsAre(7));
  EXPECT_EQ(service_.traceparent_, call_.traceparent);
  PublishReadResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes));
  EXPECT_EQ(response.delivery().event_id(), "e");
}

TEST_F(MakeCallTest, SendsTheApiKeyIfAny) {
  std::string bytes;
  EXPECT_TRUE(MakeCall(call_, bytes).ok());
  EXPECT_EQ(service_.authorization_, "");
  call_.api_key = "secret";
  EXPECT_TRUE(MakeCall(call_, bytes).ok());
  EXPECT_EQ(service_.authorization_, "Bearer secret");
}

TEST_F(MakeCallTest, AcceptsResponsesAboveFourMebibytes) {
  service_.event_id_bytes_ = 5UL * 1024 * 1024;

  std::string bytes;
  const grpc::Status status = MakeCall(call_, bytes);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_GT(bytes.size(), service_.event_id_bytes_);
}

TEST_F(MakeCallTest, PassesOnCodeMessageAndDetails) {
  service_.status_ = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much", "details");

  std::string bytes;
  const grpc::Status status = MakeCall(call_, bytes);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "too much");
  EXPECT_EQ(status.error_details(), "details");
}

TEST_F(MakeCallTest, IsUnimplementedForAnUnknownMethod) {
  call_.path += "Twice";
  std::string bytes;
  EXPECT_EQ(MakeCall(call_, bytes).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(MakeCallTest, IsUnavailableIfNobodyListens) {
  server_->Shutdown();
  std::string bytes;
  EXPECT_EQ(MakeCall(call_, bytes).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace dino::publish_client
