#ifndef DINO_TESTS_UNIT_API_SERVER_FIXTURE_H_
#define DINO_TESTS_UNIT_API_SERVER_FIXTURE_H_

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/api/server.h"
#include "server/event/kinds.h"
#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/grpc/library.h"
#include "tests/support/mqtt/fake_publisher.h"

namespace dino::api {

namespace health = ::grpc::health::v1;
namespace v1 = ::dino::events::v1;

inline constexpr mqtt::PublicationOutcome kAcknowledged{mqtt::Outcome::kAcknowledged, 0, false};

// What a caller gets.
struct Answer {
  grpc::Status status;
  v1::PublishMessageResponse response;
};

// The detail of type `Detail` in an error; none makes the test fail.
template <typename Detail>
Detail DetailOf(const grpc::Status& status) {
  google::rpc::Status rich;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  EXPECT_EQ(rich.code(), static_cast<int>(status.error_code()));
  Detail detail;
  for (const auto& any : rich.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  ADD_FAILURE() << "no " << detail.GetTypeName() << " in " << rich.ShortDebugString();
  return detail;
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.domain(), "dino.events");
  return info.reason();
}

// A server with a publisher that the test plays, and a client.
class ServerFixture : public ::testing::Test {
 public:
  static void SetUpTestSuite() {
    static std::once_flag once;
    std::call_once(once, transport::PrepareLibrary);
  }

 protected:
  explicit ServerFixture(ServerOptions options = {}) {
    options.transport.address = {"127.0.0.1", 0};
    server_ = std::make_unique<Server>(
        keyed_, direct_.admission(), [this] { return publisher_.connected(); }, options);
    const auto address = server_->Start();
    EXPECT_TRUE(address.ok()) << address.status();
    address_ = *address;
    channel_ = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
    stub_ = v1::EventPublisherService::NewStub(channel_);
  }

  ~ServerFixture() override { server_->Drain(std::chrono::milliseconds(0)); }

  static v1::PublishMessageRequest Request(const std::vector<std::int64_t>& users = {1, 2}) {
    v1::PublishMessageRequest request;
    request.mutable_message()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
    request.mutable_message()->set_message_id("c87efd18-8879-4c24-8b26-ccb7f40a0fe5");
    request.mutable_message()->set_sender_id(1);
    request.mutable_message()->set_message_payload("hello");
    request.mutable_message()->set_message_type("text");
    request.mutable_message()->mutable_created_at()->set_seconds(1597877384);
    for (const std::int64_t user : users) request.add_user_ids(user);
    return request;
  }

  Answer Call(const v1::PublishMessageRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    return Call(context, request);
  }

  Answer Call(grpc::ClientContext& context, const v1::PublishMessageRequest& request) {
    Answer answer;
    answer.status = stub_->PublishMessage(&context, request, &answer.response);
    return answer;
  }

  std::future<Answer> CallAsync(const v1::PublishMessageRequest& request) {
    return std::async(std::launch::async, [this, request] { return Call(request); });
  }

  static fanout::FanoutOptions FanoutOptions() {
    fanout::FanoutOptions options;
    options.max_pending_publications = 20000;
    options.max_pending_bytes = 1 << 24;
    options.kinds.assign(event::kEventKinds.begin(), event::kEventKinds.end());
    return options;
  }

  testing::FakePublisher publisher_{1};
  fanout::DirectPublisher direct_{
      publisher_, *fanout::TopicTemplate::Parse("dms/{environment}/{user_id}", "test"),
      FanoutOptions()};
  fanout::KeyedPublisher keyed_{direct_, direct_.admission(), {}};
  std::unique_ptr<Server> server_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::EventPublisherService::Stub> stub_;
};

}  // namespace dino::api

#endif  // DINO_TESTS_UNIT_API_SERVER_FIXTURE_H_
