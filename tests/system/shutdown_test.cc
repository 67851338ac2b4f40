#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/http_client.h"
#include "tests/support/process/loopback.h"
#include "tests/system/bridge_process.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;
using ::testing::Not;

v1::GetServerInfoResponse AskInfo(BridgeProcess& bridge) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::GetServerInfoResponse info;
  const grpc::Status status = bridge.stub().GetServerInfo(&context, {}, &info);
  EXPECT_TRUE(status.ok()) << Describe(status);
  return info;
}

// One session with a broker whose answers the test gives.
class ShutdownTest : public ::testing::Test {
 protected:
  // A drain that has so much time waits for calls in progress, however slow the machine is.
  explicit ShutdownTest(const std::string& drain_timeout = "1h")
      : bridge_(broker_.address(), {"--mqtt-sessions=1", "--drain-timeout=" + drain_timeout}) {}

  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  std::future<grpc::Status> PublishInTheBackground() {
    return std::async(std::launch::async,
                      [this] { return PublishMessage(bridge_, MessageRequest({1}, "hello")); });
  }

  FakeBroker broker_;
  BridgeProcess bridge_;
  FakeConnection connection_ = broker_.AcceptSession();
};

class ShortDrainTest : public ShutdownTest {
 protected:
  ShortDrainTest() : ShutdownTest("2s") {}
};

TEST_F(ShutdownTest, CallsInProgressFinishAndNewOnesAreRefused) {
  auto call = PublishInTheBackground();
  const Publish publish = connection_.ExpectPublish();
  bridge_.BeginStop();
  bridge_.WaitForLog("draining");

  const grpc::Status refused = PublishMessage(bridge_, MessageRequest({1}, "too late"));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(refused);

  connection_.Send(PubAck{publish.packet_id});
  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(connection_.ExpectDisconnect().reason_code, 0);
  connection_.ExpectClosed();
  bridge_.Stop();
}

TEST_F(ShortDrainTest, ACallThatCannotFinishIsAnsweredWithWhatBecameOfIt) {
  auto call = std::async(std::launch::async, [this] {
    return PublishMessage(bridge_, MessageRequest({1, 2}, "hello"));
  });
  connection_.Send(PubAck{connection_.ExpectPublish().packet_id});
  connection_.ExpectPublish();
  bridge_.Stop();

  const grpc::Status status = call.get();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  const auto failure = DetailOf<v1::PublishFailure>(status);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->recipient_count(), 2U);
  EXPECT_EQ(failure->acknowledged_count(), 1U);
  EXPECT_NE(failure->resume_token(), "");
}

TEST_F(ShutdownTest, AnIdleServerDisconnectsFromTheBroker) {
  bridge_.Stop();

  EXPECT_EQ(connection_.ExpectDisconnect().reason_code, 0);
  connection_.ExpectClosed();
}

TEST(ShutdownRefusalTest, ACallerIsToldThatTheServerShutsDown) {
  const MosquittoBroker broker;
  // For a tenth of a second, which a busy machine may let pass.
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    BridgeProcess bridge(broker.address());
    bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
    Caller caller(bridge, 1, kPatience);
    caller.WaitForSuccesses(1);
    bridge.BeginStop();
    caller.WaitForFailure();
    const std::vector<CallRecord> records = caller.Stop();
    bridge.Stop();
    const bool told = std::any_of(records.begin(), records.end(), [](const CallRecord& record) {
      return ReasonOf(record.answer) == "SHUTTING_DOWN";
    });
    if (told) return;
  }
  ADD_FAILURE() << "no refusal said why";
}

class DrainDelayTest : public ::testing::TestWithParam<int> {};

TEST_P(DrainDelayTest, CallsAreTakenUntilItHasPassedThoughTheServerIsNotReady) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address(), {"--drain-delay=5s"});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  EXPECT_FALSE(AskInfo(bridge).draining());
  bridge.process().Signal(GetParam());
  bridge.WaitForLog("no longer ready");
  EXPECT_EQ(bridge.Health(""), health::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(bridge.Health("liveness"), health::HealthCheckResponse::SERVING);
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/readyz"), HasSubstr(" 503 "));
  EXPECT_THAT(HttpGet(bridge.ops_address(), "/livez"), HasSubstr(" 200 "));
  EXPECT_TRUE(AskInfo(bridge).draining());
  const grpc::Status taken = PublishMessage(bridge, MessageRequest({1}, "hello"));
  EXPECT_TRUE(taken.ok()) << Describe(taken);
  bridge.WaitForLog("draining");
  EXPECT_EQ(PublishMessage(bridge, MessageRequest({1}, "too late")).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  bridge.Stop();
}

INSTANTIATE_TEST_SUITE_P(Signals, DrainDelayTest, ::testing::Values(SIGTERM, SIGHUP));

TEST(ShutdownOfConnectionsTest, ASilentClientDoesNotDelayShutdown) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address(), {"--drain-timeout=1h"});
  const std::string port = bridge.address().substr(bridge.address().find(':') + 1);
  // Begins HTTP/2, then neither reads nor writes.
  const FileDescriptor client = ConnectToLoopback(static_cast<std::uint16_t>(std::stoi(port)));
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"sv;
  ASSERT_EQ(send(client.number(), kPreface.data(), kPreface.size(), 0),
            static_cast<ssize_t>(kPreface.size()));
  ASSERT_TRUE(WaitUntilReadable(client.number(), Clock::now() + kPatience));
  const Clock::time_point begin = Clock::now();
  bridge.Stop();

  // Whoever is silent for so long is sent a ping, and sent away if it does not answer.
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(30));
}

// The drains would never end if they waited for more than the calls in progress.
class ShutdownUnderLoadTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  // The texts of all accepted publications, and how often each was received.
  std::map<std::string, std::size_t> ReceivedTexts() {
    Subprocess last({"mosquitto_pub", "-V", "5", "-q", "1", "-h", "127.0.0.1", "-p",
                     std::to_string(broker_.port()), "-t", "last", "-m", "end"});
    std::map<std::string, std::size_t> texts;
    for (const Received& each : subscriber_.NextUntil("end")) ++texts[TextOf(each.payload)];
    return texts;
  }

  const MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"#"}};
  BridgeProcess bridge_{broker_.address(), {"--drain-timeout=1h"}};
};

TEST_F(ShutdownUnderLoadTest, NoEventAnsweredOkIsLostAndNoRefusedOneIsPublished) {
  Callers callers;
  for (const int user : {1, 2, 3, 4}) {
    callers.push_back(std::make_unique<Caller>(bridge_, user, kPatience));
  }
  WaitForSuccessesOfEach(callers, 20);
  bridge_.BeginStop();
  for (const auto& caller : callers) caller->WaitForFailure();
  std::vector<CallRecord> records;
  for (const auto& caller : callers) {
    for (CallRecord& record : caller->Stop()) records.push_back(std::move(record));
  }
  bridge_.Stop();

  std::map<std::string, std::size_t> received = ReceivedTexts();
  for (const CallRecord& record : records) {
    if (record.answer.ok()) {
      EXPECT_EQ(received[record.text], 1U) << record.text;
      continue;
    }
    // The library cancels what crosses its GOAWAY at the end, before we hear of it.
    const bool cancelled = record.answer.error_code() == grpc::StatusCode::CANCELLED;
    if (!cancelled) {
      EXPECT_EQ(record.answer.error_code(), grpc::StatusCode::UNAVAILABLE)
          << Describe(record.answer);
    }
    if (cancelled || ReasonOf(record.answer) == "SHUTTING_DOWN") {
      EXPECT_EQ(received[record.text], 0U) << record.text;
    }
  }
}

TEST_F(ShutdownUnderLoadTest, ALargeFanOutInProgressIsFinished) {
  constexpr std::size_t kRecipients = 10000;
  std::vector<std::int64_t> users(kRecipients);
  std::iota(users.begin(), users.end(), 1);
  auto call = std::async(std::launch::async,
                         [&] { return PublishMessage(bridge_, MessageRequest(users, "large")); });
  subscriber_.Next();
  bridge_.BeginStop();
  const grpc::Status status = call.get();
  bridge_.Stop();

  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(ReceivedTexts()["large"], kRecipients - 1) << "and the first one";
}

TEST(LogTest, IsJsonWithoutTextsOfUsers) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  ASSERT_TRUE(PublishMessage(bridge, MessageRequest({1}, "confidential")).ok());
  auto request = MessageRequest({0}, "confidential");
  request.mutable_message()->set_message_type("Confidential!");
  ASSERT_FALSE(PublishMessage(bridge, request).ok());
  bridge.Stop();

  const std::vector<std::string> lines = bridge.RemainingLog();
  EXPECT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    google::protobuf::Struct record;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &record).ok()) << line;
    EXPECT_THAT(line, Not(HasSubstr("onfidential")));
  }
}

}  // namespace
}  // namespace dino::testing
