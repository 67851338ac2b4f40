#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/system/bridge_process.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

class DeadlineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    session_.emplace(broker_.AcceptSession());
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
  }

  FakeBroker broker_;
  BridgeProcess bridge_{broker_.address(), {"--mqtt-sessions=1", "--mqtt-ack-timeout=5m"}};
  std::optional<FakeConnection> session_;
};

// The broker answers nothing, and a caller's own timer could not tell what became of the event.
TEST_F(DeadlineTest, TheAnswerComesBeforeTheCallersTimer) {
  constexpr int kCallers = 10;
  constexpr int kCalls = 10;
  std::atomic<int> told{0};
  std::vector<std::thread> callers;
  for (int user = 1; user <= kCallers; ++user) {
    callers.emplace_back([this, user, &told] {
      // The first one, of cold code and cold threads, does not count.
      for (int i = 0; i <= kCalls; ++i) {
        grpc::ClientContext context;
        // Not all at once.
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(800 + 20 * user));
        v1::PublishMessageResponse response;
        const grpc::Status status =
            bridge_.stub().PublishMessage(&context, MessageRequest({user}, "hello"), &response);
        EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
        if (i > 0 && !status.error_details().empty()) ++told;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(told, 95);
}

}  // namespace
}  // namespace dino::testing
