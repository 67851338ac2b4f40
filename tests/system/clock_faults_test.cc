#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <future>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/wall_clock.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Jump {
  const char* name;
  hours by;
};

class ClockFaultsTest : public ::testing::TestWithParam<Jump> {
 protected:
  WallClock clock_;
};

// With a broker whose answers the test gives.
class CallAcrossAJumpTest : public ClockFaultsTest {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  // Publishes with this deadline, or without one.
  grpc::Status Publish(std::optional<seconds> deadline) {
    grpc::ClientContext context;
    if (deadline.has_value()) {
      context.set_deadline(std::chrono::system_clock::now() + *deadline);
    }
    v1::PublishMessageResponse response;
    const Clock::time_point begin = Clock::now();
    grpc::Status status =
        bridge_.stub().PublishMessage(&context, MessageRequest({1}, "hello"), &response);
    elapsed_ = Clock::now() - begin;
    return status;
  }

  std::future<grpc::Status> PublishInTheBackground(std::optional<seconds> deadline) {
    return std::async(std::launch::async, [this, deadline] { return Publish(deadline); });
  }

  FakeBroker broker_;
  BridgeProcess bridge_{broker_.address(),
                        {"--mqtt-sessions=1", "--default-deadline=2s", "--drain-timeout=2s"},
                        clock_.environment()};
  FakeConnection connection_ = broker_.AcceptSession();
  Clock::duration elapsed_{};
};

TEST_P(CallAcrossAJumpTest, DoesNotExpireEarly) {
  auto call = PublishInTheBackground(kPatience);
  const auto publish = connection_.ExpectPublish();
  clock_.Jump(GetParam().by);
  EXPECT_EQ(call.wait_for(milliseconds(300)), std::future_status::timeout);
  connection_.Send(PubAck{publish.packet_id});
  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
}

TEST_P(CallAcrossAJumpTest, EndsAfterTheDefaultDeadline) {
  auto call = PublishInTheBackground(std::nullopt);
  connection_.ExpectPublish();
  clock_.Jump(GetParam().by);
  ASSERT_EQ(call.wait_for(kPatience), std::future_status::ready);
  const grpc::Status status = call.get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << Describe(status);
  EXPECT_GE(elapsed_, seconds(2));
}

TEST_P(CallAcrossAJumpTest, EndsAtTheCallersDeadlineInTheServerToo) {
  auto call = PublishInTheBackground(seconds(1));
  connection_.ExpectPublish();
  clock_.Jump(GetParam().by);
  bridge_.WaitForLog("call failed");
  EXPECT_EQ(call.get().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_P(CallAcrossAJumpTest, EndsWithTheDrain) {
  auto call = PublishInTheBackground(3 * kPatience);
  connection_.ExpectPublish();
  bridge_.BeginStop();
  bridge_.WaitForLog("draining");
  clock_.Jump(GetParam().by);
  bridge_.Stop();
  EXPECT_EQ(call.get().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_P(CallAcrossAJumpTest, SilentPeersAreStillNoticed) {
  auto call = PublishInTheBackground(3 * kPatience);
  connection_.ExpectPublish();
  clock_.Jump(GetParam().by);
  // No answer within the ack timeout: the event is resent on another connection.
  FakeConnection next = broker_.AcceptSession();
  next.Send(PubAck{next.ExpectPublish().packet_id});
  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
}

// With a real broker.
class ServiceAcrossAJumpTest : public ClockFaultsTest {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{broker_.address(), {"--default-expiry=1000s"}, clock_.environment()};
};

TEST_P(ServiceAcrossAJumpTest, NewCallsAreServedAndExpireAsUsual) {
  clock_.Jump(GetParam().by);
  for (const char* text : {"first", "second"}) {
    const grpc::Status status = PublishMessage(bridge_, MessageRequest({1}, text));
    EXPECT_TRUE(status.ok()) << Describe(status);
    const Received received = subscriber_.Next();
    EXPECT_EQ(TextOf(received.payload), text);
    EXPECT_LE(received.expiry.value_or(0), 1000U);
    EXPECT_GT(received.expiry.value_or(0), 1000U - kPatience.count());
  }
}

TEST_P(ServiceAcrossAJumpTest, IdempotencyKeysAreRemembered) {
  v1::PublishMessageRequest request = MessageRequest({1}, "once");
  request.mutable_options()->set_idempotency_key("key");
  v1::Delivery first;
  ASSERT_TRUE(PublishMessage(bridge_, request, &first).ok());
  clock_.Jump(GetParam().by);
  v1::Delivery second;
  ASSERT_TRUE(PublishMessage(bridge_, request, &second).ok());
  EXPECT_FALSE(first.replayed());
  EXPECT_TRUE(second.replayed());
  EXPECT_EQ(second.event_id(), first.event_id());
}

TEST_P(ServiceAcrossAJumpTest, HealthWatchesAndReconnectsContinue) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const auto stub = health::Health::NewStub(bridge_.channel());
  const auto watch = stub->Watch(&context, health::HealthCheckRequest());
  health::HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.status(), health::HealthCheckResponse::SERVING);
  clock_.Jump(GetParam().by);
  broker_.Kill();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), health::HealthCheckResponse::NOT_SERVING);
  broker_.Start();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), health::HealthCheckResponse::SERVING);
  context.TryCancel();
  watch->Finish();
}

// The time of {"time":"2026-01-31T12:34:56.789012Z", …
std::chrono::system_clock::time_point TimeOf(const std::string& line) {
  constexpr std::size_t kPrefix = 9;
  std::tm utc{};
  std::istringstream text(line.substr(kPrefix));
  text >> std::get_time(&utc, "%Y-%m-%dT%H:%M:%S");
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

// Proves that the jumps reach the bridge.
TEST_P(ServiceAcrossAJumpTest, TheLogShowsTheNewTime) {
  EXPECT_FALSE(PublishMessage(bridge_, MessageRequest({0}, "for nobody")).ok());
  clock_.Jump(GetParam().by);
  bridge_.Stop();
  const std::vector<std::string> lines = bridge_.RemainingLog();
  ASSERT_GE(lines.size(), 2U);
  const auto difference = TimeOf(lines.back()) - TimeOf(lines.front()) - GetParam().by;
  EXPECT_LT(std::chrono::abs(difference), 2 * kPatience) << lines.front() << "\n" << lines.back();
}

const auto kJumps = ::testing::Values(Jump{"Forward", hours(1)}, Jump{"Back", hours(-1)});
const auto kName = [](const auto& test) { return std::string(test.param.name); };

INSTANTIATE_TEST_SUITE_P(Jumps, CallAcrossAJumpTest, kJumps, kName);
INSTANTIATE_TEST_SUITE_P(Jumps, ServiceAcrossAJumpTest, kJumps, kName);

}  // namespace
}  // namespace dino::testing
