#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/system/bridge_process.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than the ack timeout, the connect deadline and the shortest keep alive.
constexpr seconds kLongStop{7};

// Stops the bridge, as a host does that sleeps or starves it of CPU.
void StandStill(
    BridgeProcess& bridge, const std::function<void()>& meanwhile = [] {}) {
  bridge.process().Signal(SIGSTOP);
  meanwhile();
  std::this_thread::sleep_for(kLongStop);
  bridge.process().Signal(SIGCONT);
}

void ExpectNoSessionLost(BridgeProcess& bridge) {
  bridge.Stop();
  for (const std::string& line : bridge.RemainingLog()) {
    EXPECT_EQ(line.find("session lost"), std::string::npos) << line;
    EXPECT_EQ(line.find("connecting failed"), std::string::npos) << line;
  }
}

// Callers publish all the time, each to its own user.
class CpuFaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    for (const int user : {1, 2, 3, 4}) {
      callers_.push_back(std::make_unique<Caller>(bridge_, user, 3 * kPatience));
    }
    WaitForSuccessesOfEach(callers_, 20);
  }

  // Every call was answered OK, and the subscriber received each event once and in order.
  void ExpectNothingAmiss() {
    std::vector<std::vector<std::string>> published;
    std::size_t count = 0;
    for (const auto& caller : callers_) {
      std::vector<std::string>& texts = published.emplace_back();
      for (const CallRecord& record : caller->Stop()) {
        EXPECT_TRUE(record.answer.ok()) << record.text << ": " << Describe(record.answer);
        texts.push_back(record.text);
        ++count;
      }
    }
    std::vector<std::vector<std::string>> received(callers_.size());
    for (const Received& each : subscriber_.Next(count)) {
      const std::string text = TextOf(each.payload);
      ASSERT_FALSE(text.empty());
      received.at(static_cast<std::size_t>(text.front() - '1')).push_back(text);
    }
    EXPECT_EQ(received, published);
    ExpectNoSessionLost(bridge_);
  }

  const MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{broker_.address()};
  Callers callers_;
};

TEST_F(CpuFaultsTest, LosesNothingWithATenthOfTheCpu) {
  {
    CpuThrottle throttle(bridge_.process(), milliseconds(10), milliseconds(90));
    throttle.WaitForStops(30);
    WaitForSuccessesOfEach(callers_, 20);
  }
  WaitForSuccessesOfEach(callers_, 20);
  ExpectNothingAmiss();
}

TEST_F(CpuFaultsTest, LosesNothingWhenStoppedForLongerThanTheAckTimeout) {
  StandStill(bridge_);
  WaitForSuccessesOfEach(callers_, 20);
  ExpectNothingAmiss();
}

// One session with a broker whose answers the test gives.
class StoppedSessionTest : public ::testing::Test {
 protected:
  std::future<grpc::Status> PublishInTheBackground() {
    return std::async(std::launch::async,
                      [this] { return PublishMessage(bridge_, MessageRequest({1}, "hello")); });
  }

  FakeBroker broker_;
  BridgeProcess bridge_{broker_.address(), {"--mqtt-sessions=1", "--default-deadline=60s"}};
};

TEST_F(StoppedSessionTest, AnAckThatArrivedMeanwhileCounts) {
  FakeConnection connection = broker_.AcceptSession();
  bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
  auto call = PublishInTheBackground();
  const Publish publish = connection.ExpectPublish();
  StandStill(bridge_, [&] { connection.Send(PubAck{publish.packet_id}); });

  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  ExpectNoSessionLost(bridge_);
}

TEST_F(StoppedSessionTest, AConnackThatArrivedMeanwhileCounts) {
  FakeConnection connection = broker_.Accept();
  connection.ExpectConnect();
  // A connection that is still being set up would not survive the stop.
  EXPECT_EQ(bridge_.Health("liveness"), health::HealthCheckResponse::SERVING);
  StandStill(bridge_, [&] { connection.Send(ConnAck{}); });
  bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
  ExpectNoSessionLost(bridge_);
}

TEST_F(StoppedSessionTest, WithoutAnAckTheSessionIsLostAndTheEventResent) {
  FakeConnection connection = broker_.AcceptSession();
  bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
  auto call = PublishInTheBackground();
  connection.ExpectPublish();
  StandStill(bridge_);
  FakeConnection next = broker_.AcceptSession();
  next.Send(PubAck{next.ExpectPublish().packet_id});
  EXPECT_TRUE(call.get().ok());
}

}  // namespace
}  // namespace dino::testing
