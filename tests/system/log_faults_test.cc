#include <gtest/gtest.h>

#include <cstddef>
#include <memory>

#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/system/bridge_process.h"
#include "tests/system/call_flood.h"
#include "tests/system/caller.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

// More records than the log's queue and the pipe hold.
constexpr std::size_t kRecords = 6000;

constexpr auto kStderr = Subprocess::Output::kStderr;

class LogFaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING);
    for (const int user : {1, 2}) {
      callers_.push_back(std::make_unique<Caller>(bridge_, user, kPatience));
    }
    WaitForSuccessesOfEach(callers_, 20);
  }

  // Makes the bridge log more than fits, while its broker stops and restarts.
  void LogMuch() {
    const v1::PublishMessageRequest invalid = MessageRequest({0}, "for nobody");
    CallFlood flood(bridge_.address(), 2);
    for (std::size_t i = 0; i < kRecords; ++i) {
      if (i % 1000 == 0) proxy_.ResetConnections();
      flood.Start(invalid);
    }
    std::size_t refused = 0;
    for (const FloodAnswer& answer : flood.Finish()) {
      if (answer.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) ++refused;
    }
    EXPECT_EQ(refused, kRecords);
  }

  // Checks that the callers were served, each in time, whatever the log did.
  void ExpectFairAnswers() {
    WaitForSuccessesOfEach(callers_, 20);
    for (const auto& caller : callers_) {
      for (const CallRecord& record : caller->Stop()) {
        if (record.answer.ok()) continue;
        EXPECT_EQ(record.answer.error_code(), grpc::StatusCode::UNAVAILABLE)
            << Describe(record.answer);
      }
    }
  }

  const MosquittoBroker broker_;
  FaultProxy proxy_{broker_.port()};
  BridgeProcess bridge_{proxy_.address(), {"--log-calls=all"}};
  Callers callers_;
};

TEST_F(LogFaultsTest, AnUnreadLogDelaysNobody) {
  bridge_.process().SetReading(kStderr, Subprocess::Reading::kPaused);
  LogMuch();
  ExpectFairAnswers();

  bridge_.process().SetReading(kStderr, Subprocess::Reading::kOn);
  bridge_.WaitForLog("log lines dropped");
}

TEST_F(LogFaultsTest, AFullPipeDoesNotDelayExit) {
  bridge_.process().SetReading(kStderr, Subprocess::Reading::kPaused);
  LogMuch();
  ExpectFairAnswers();
  bridge_.Stop();
}

TEST_F(LogFaultsTest, OutlivesTheReaderOfTheLog) {
  bridge_.process().SetReading(kStderr, Subprocess::Reading::kClosed);
  LogMuch();
  ExpectFairAnswers();
  bridge_.Stop();
}

TEST_F(LogFaultsTest, OutlivesTheReaderOfAFullLog) {
  bridge_.process().SetReading(kStderr, Subprocess::Reading::kPaused);
  LogMuch();
  bridge_.process().SetReading(kStderr, Subprocess::Reading::kClosed);
  LogMuch();
  ExpectFairAnswers();
  bridge_.Stop();
}

}  // namespace
}  // namespace dino::testing
