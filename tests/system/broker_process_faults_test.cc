#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/patient_caller.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

// The number of lost connections. Each may have duplicated one event of a user, as users move to
// other sessions.
std::size_t Losses(const std::vector<LogRecord>& log) {
  return static_cast<std::size_t>(
      std::count_if(log.begin(), log.end(),
                    [](const LogRecord& record) { return record.message() == "session lost"; }));
}

// Callers publish all the time while the broker's process fails.
class BrokerProcessFaultsTest : public ::testing::Test {
 protected:
  void StartCallers(RestartableBridge& bridge, Clock::duration deadline) {
    bridge.WaitForReadiness(true);
    for (const std::int64_t user : {1, 2, 3, 4}) {
      AddCaller(bridge, {user}, deadline);
    }
    AddCaller(bridge, {11, 12, 13, 14, 15, 16, 17, 18, 19}, deadline);
    WaitForSuccessesOfEach(callers_, 20);
  }

  // Stops the callers and compares the answers with what was received. `more_copies` duplicates are
  // allowed besides those of lost connections. Returns the bridge's log.
  std::vector<LogRecord> Finish(RestartableBridge& bridge, std::size_t more_copies = 0) {
    std::vector<std::vector<PublishedEvent>> events;
    for (const auto& caller : callers_) events.push_back(caller->Stop());
    std::vector<LogRecord> log = bridge.Stop();
    const Inboxes inboxes = ByTopic(ReceiveAll(subscriber_, broker_.port()));
    for (std::size_t i = 0; i < callers_.size(); ++i) {
      ExpectDelivered(*callers_[i], events[i], inboxes, Losses(log) + more_copies);
    }
    return log;
  }

  MosquittoBroker broker_{MosquittoBroker::Persistence::kSavedAtStop};
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+", "mark"}};
  PatientCallers callers_;

 private:
  void AddCaller(RestartableBridge& bridge, std::vector<std::int64_t> users,
                 Clock::duration deadline) {
    callers_.push_back(std::make_unique<PatientCaller>(bridge.stub(), std::move(users), deadline));
  }
};

TEST_F(BrokerProcessFaultsTest, SurvivesRestartsBeforeAnySessionIsStable) {
  RestartableBridge bridge(broker_.address());
  StartCallers(bridge, kPatience);
  for (const auto& caller : callers_) {
    broker_.Stop();
    const std::size_t before = caller->successes();
    broker_.Start();
    // Others may still have no session when the broker stops again.
    caller->WaitForSuccesses(before + 1);
  }
  WaitForSuccessesOfEach(callers_, 20);
  Finish(bridge, kAnyCopies);
}

TEST_F(BrokerProcessFaultsTest, AFreezeShorterThanTheAckTimeoutLosesNoSession) {
  // Longer than any freeze that a busy machine makes of three seconds.
  RestartableBridge bridge(broker_.address(), {"--mqtt-ack-timeout=60s", "--mqtt-keep-alive=60s"});
  StartCallers(bridge, std::chrono::seconds(3));
  broker_.Freeze();
  // Three seconds later.
  callers_.front()->WaitForFailure();
  broker_.Thaw();
  WaitForSuccessesOfEach(callers_, 20);

  EXPECT_EQ(Losses(Finish(bridge)), 0U);
}

TEST_F(BrokerProcessFaultsTest, AFreezeLongerThanTheAckTimeoutIsSurvived) {
  RestartableBridge bridge(broker_.address(), {"--mqtt-ack-timeout=1s"});
  StartCallers(bridge, kPatience);
  broker_.Freeze();
  EXPECT_EQ(bridge.WaitForRecord("session lost").Text("reason"), "no PUBACK in time");
  bridge.WaitForReadiness(false);
  EXPECT_TRUE(bridge.live());
  // The kernel accepts the connection, and no CONNACK comes.
  EXPECT_EQ(bridge.WaitForRecord("connecting failed").Text("reason"), "no CONNACK in time");
  broker_.Thaw();
  bridge.WaitForReadiness(true);
  WaitForSuccessesOfEach(callers_, 20);
  Finish(bridge);
}

}  // namespace
}  // namespace dino::testing
