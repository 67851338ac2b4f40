#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "tests/system/byte_broker.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kCrowd = 1000000;

// With QoS 0 a session can send without ever waiting for the broker, if that reads as fast.
class QosZeroTest : public ::testing::Test {
 protected:
  QosZeroTest() { bridge_.WaitForReadiness(true); }

  std::string Answer(std::uint8_t first, std::string_view body) {
    switch (first) {
      case ByteBroker::kConnect:
        return ByteBroker::Welcome();
      case ByteBroker::kPublishQos0:
        ++(marked_ ? after_mark_ : before_mark_);
        return "";
      case ByteBroker::kPublishQos1:
        marked_ = true;
        return ByteBroker::Accept(body);
      default:
        return "";
    }
  }

  // To all, with so much time.
  grpc::Status PublishToAll(milliseconds deadline) {
    std::vector<std::int64_t> users(kCrowd);
    std::iota(users.begin(), users.end(), 1);
    v1::PublishMessageRequest request = MessageRequest(users, "hello");
    request.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    v1::PublishMessageResponse response;
    return bridge_.stub().PublishMessage(&context, request, &response);
  }

  std::atomic<std::uint32_t> before_mark_{0};
  std::atomic<std::uint32_t> after_mark_{0};
  std::atomic<bool> marked_{false};
  ByteBroker broker_{
      [this](std::uint8_t first, std::string_view body) { return Answer(first, body); }};
  RestartableBridge bridge_{broker_.address(),
                            {"--mqtt-sessions=1", "--max-recipients=" + std::to_string(kCrowd),
                             "--max-request-bytes=33554432", "--max-pending-publications=9000000"}};
};

TEST_F(QosZeroTest, NothingIsSentAfterTheDeadline) {
  grpc::Status status;
  // On a slow machine the deadline may pass before the first is sent.
  for (milliseconds deadline(250); before_mark_ == 0 && deadline < kPatience; deadline *= 2) {
    status = PublishToAll(deadline);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << Describe(status);
  }
  // Through the same session.
  const grpc::Status mark = bridge_.Publish(MessageRequest({1}, "mark"));
  EXPECT_TRUE(mark.ok()) << Describe(mark);
  const grpc::Status second_mark = bridge_.Publish(MessageRequest({1}, "mark"));
  EXPECT_TRUE(second_mark.ok()) << Describe(second_mark);

  EXPECT_EQ(after_mark_, 0U);
  EXPECT_GT(before_mark_, 0U);
  EXPECT_LT(before_mark_, kCrowd);
}

}  // namespace
}  // namespace dino::testing
