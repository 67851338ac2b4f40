#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/system/bridge_process.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"

namespace dino::testing {
namespace {

// Two independent brokers, each with half of the sessions.
class SeveralBrokersTest : public ::testing::Test {
 protected:
  SeveralBrokersTest() {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    // Enough users for every session to have some.
    for (int user = 1; user <= 16; ++user) {
      callers_.push_back(std::make_unique<Caller>(bridge_, user, kPatience));
    }
  }

  MosquittoBroker first_;
  MosquittoBroker second_;
  BridgeProcess bridge_{first_.address() + "," + second_.address(), {"--mqtt-sessions=4"}};
  Callers callers_;
};

TEST_F(SeveralBrokersTest, FailoverFromAKilledBrokerServesEveryUserAndFailsNoCall) {
  WaitForSuccessesOfEach(callers_, 5);
  first_.Kill();
  WaitForSuccessesOfEach(callers_, 20);
  for (const auto& caller : callers_) {
    for (const CallRecord& record : caller->Stop()) {
      EXPECT_TRUE(record.answer.ok()) << record.text << ": " << Describe(record.answer);
    }
  }
}

TEST_F(SeveralBrokersTest, FailbackFailsNoCall) {
  WaitForSuccessesOfEach(callers_, 5);
  first_.Kill();
  WaitForSuccessesOfEach(callers_, 20);
  first_.Start();
  // Both of its sessions.
  bridge_.WaitForLog("failback: the session serves its users again");
  bridge_.WaitForLog("failback: the session serves its users again");
  WaitForSuccessesOfEach(callers_, 20);
  for (const auto& caller : callers_) {
    for (const CallRecord& record : caller->Stop()) {
      EXPECT_TRUE(record.answer.ok()) << record.text << ": " << Describe(record.answer);
    }
  }
}

TEST_F(SeveralBrokersTest, FailoverFromAFrozenBrokerServesEveryUser) {
  WaitForSuccessesOfEach(callers_, 5);
  first_.Freeze();
  WaitForSuccessesOfEach(callers_, 20);
  for (const auto& caller : callers_) {
    for (const CallRecord& record : caller->Stop()) {
      EXPECT_TRUE(record.answer.ok()) << record.text << ": " << Describe(record.answer);
    }
  }
  first_.Thaw();
}

}  // namespace
}  // namespace dino::testing
