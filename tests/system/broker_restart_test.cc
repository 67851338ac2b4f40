#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr std::chrono::seconds kDeadline{5};
// How much earlier the server answers at most, so that the answer reaches the caller.
constexpr std::chrono::milliseconds kMargin{50};

// Several callers publish all the time while the broker stops and restarts.
class BrokerRestartTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    for (const int user : {1, 2, 3, 4}) {
      callers_.push_back(std::make_unique<Caller>(bridge_, user, kDeadline));
    }
    WaitForSuccessesOfEach(callers_, 50);
  }

  // Waits until the bridge has noticed, starts the broker, and waits until calls succeed.
  void Recover() {
    bridge_.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
    EXPECT_EQ(bridge_.Health("liveness"), health::HealthCheckResponse::SERVING);
    broker_.Start();
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    WaitForSuccessesOfEach(callers_, 50);
  }

  // A call is answered with OK or an error that says that the broker was unreachable, or has had
  // all its time.
  static void ExpectFairAnswer(const CallRecord& record) {
    if (record.answer.ok()) return;
    if (record.answer.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
      EXPECT_GE(record.elapsed, kDeadline - kMargin) << record.text;
      return;
    }
    EXPECT_EQ(record.answer.error_code(), grpc::StatusCode::UNAVAILABLE)
        << record.text << ": " << Describe(record.answer);
    EXPECT_EQ(ReasonOf(record.answer), "BROKER_UNREACHABLE") << Describe(record.answer);
    EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(record.answer).has_value());
  }

  MosquittoBroker broker_{MosquittoBroker::Persistence::kSavedAtStop};
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{broker_.address()};
  Callers callers_;
};

int NumberOf(const std::string& text) { return std::stoi(text.substr(text.find(' ') + 1)); }

TEST_F(BrokerRestartTest, EveryEventAnsweredOkIsReceivedInOrderAcrossARestart) {
  broker_.Stop();
  Recover();
  std::vector<std::vector<CallRecord>> records;
  for (const auto& caller : callers_) records.push_back(caller->Stop());

  for (std::size_t i = 0; i < callers_.size(); ++i) {
    for (const CallRecord& record : records[i]) ExpectFairAnswer(record);
    const std::int64_t user = callers_[i]->user_id();
    ASSERT_TRUE(PublishMessage(bridge_, MessageRequest({user}, "end")).ok());
  }
  std::vector<std::set<std::string>> received(callers_.size());
  std::vector<int> last(callers_.size(), -1);
  for (std::size_t open = callers_.size(); open > 0 && !HasFailure();) {
    const Received next = subscriber_.Next();
    const std::string text = TextOf(next.payload);
    if (text == "end") --open;
    if (text == "end" || text.empty()) continue;
    const auto caller = static_cast<std::size_t>(text.front() - '1');
    EXPECT_EQ(next.topic, "dms/dev/" + text.substr(0, 1));
    if (!received.at(caller).insert(text).second) continue;
    EXPECT_GT(NumberOf(text), last[caller]) << "swapped: " << text;
    last[caller] = NumberOf(text);
  }
  for (std::size_t i = 0; i < callers_.size(); ++i) {
    for (const CallRecord& record : records[i]) {
      if (!record.answer.ok()) continue;
      EXPECT_EQ(received[i].count(record.text), 1U) << "lost: " << record.text;
    }
  }
}

TEST_F(BrokerRestartTest, CallsSucceedAgainAfterTheBrokerWasKilled) {
  broker_.Kill();
  Recover();
  for (const auto& caller : callers_) {
    for (const CallRecord& record : caller->Stop()) ExpectFairAnswer(record);
  }
  // The killed broker has lost the session.
  subscriber_.WaitForSubscription();
  const grpc::Status status = PublishMessage(bridge_, MessageRequest({1}, "end"));

  EXPECT_TRUE(status.ok()) << Describe(status);
  std::string text;
  while (text != "end" && !HasFailure()) text = TextOf(subscriber_.Next().payload);
}

TEST_F(BrokerRestartTest, CallsSurviveConsecutiveRestarts) {
  for (int round = 0; round < 3; ++round) {
    broker_.Kill();
    Recover();
  }
  for (const auto& caller : callers_) {
    for (const CallRecord& record : caller->Stop()) ExpectFairAnswer(record);
  }
}

}  // namespace
}  // namespace dino::testing
