#include "tests/soak/witness.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/soak/broker.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/process/subprocess.h"

namespace dino::soak {
namespace {

using testing::Answer;
using testing::Findings;
using testing::Ledger;

constexpr std::int64_t kUser = 7;

class WitnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_.Start();
    ledger_.AddCaller(kUser, 1);
    for (int i = 0; i < 2; ++i) {
      ledger_.Begin(0, {});
      ledger_.End(0, {Answer::kOk, {}, {}, "id", {}});
    }
  }

  void Publish(std::uint32_t number) {
    const std::string payload = R"({"message_payload":")" + TextOf({0, number}) + "\"}";
    testing::Subprocess publisher({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                                   std::to_string(broker_.port()), "-q", "1", "-t", "dms/dev/7",
                                   "-m", payload, "-D", "publish", "user-property", "event_id",
                                   "id"});
    EXPECT_EQ(publisher.Wait(), 0);
  }

  Broker broker_;
  Ledger ledger_;
};

TEST_F(WitnessTest, RecordsWhatArrivesInOrder) {
  Witness witness(broker_.port(), ledger_);
  Publish(1);
  Publish(0);
  ASSERT_TRUE(witness.CatchUp());
  const Findings findings = ledger_.Check();
  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.order_breaks, 1U);
  EXPECT_EQ(findings.changed_ids, 0U);
}

TEST_F(WitnessTest, ReceivesWhatTheBrokerKeptAcrossARestart) {
  Witness witness(broker_.port(), ledger_);
  Publish(0);
  broker_.Stop();
  broker_.Start();
  Publish(1);
  ASSERT_TRUE(witness.CatchUp());
  EXPECT_TRUE(ledger_.Check().ok());
}

TEST_F(WitnessTest, KeepsItsSessionIfTheBrokerSavedBeforeItWasKilled) {
  Witness witness(broker_.port(), ledger_);
  Publish(0);
  ASSERT_TRUE(witness.CatchUp());
  broker_.Save();
  ASSERT_TRUE(witness.CatchUp());
  broker_.Kill();
  broker_.Start();
  Publish(1);
  ASSERT_TRUE(witness.CatchUp());
  EXPECT_TRUE(ledger_.Check().ok());
}

TEST(EventOriginTest, IsReadFromAnEvent) {
  EventOrigin origin;
  ASSERT_TRUE(ReadOrigin(R"({"message_payload":"12-345","message_type":"text"})", origin));
  EXPECT_EQ(origin.caller, 12U);
  EXPECT_EQ(origin.number, 345U);
}

TEST(EventOriginTest, IsNotReadFromOtherText) {
  EventOrigin origin;
  for (const std::string text : {"", "{}", R"({"message_payload":"12"})",
                                 R"({"message_payload":"1-x"})", R"({"message_payload":"-"})"}) {
    EXPECT_FALSE(ReadOrigin(text, origin)) << text;
  }
}

}  // namespace
}  // namespace dino::soak
