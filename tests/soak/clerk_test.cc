#include "tests/soak/clerk.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/soak/witness.h"

namespace dino::soak {
namespace {

using testing::Answer;
using testing::Ledger;
using testing::Publish;

constexpr std::int64_t kUser = 100;

Publish EventFor(const std::string& topic, const EventOrigin& origin) {
  Publish publication;
  publication.topic = topic;
  publication.payload = R"({"message_payload":")" + TextOf(origin) + R"("})";
  return publication;
}

// One event, answered OK, of which the user has received two copies or none.
class ClerkTest : public ::testing::Test {
 protected:
  ClerkTest() {
    const std::uint32_t number = ledger_.Begin(caller_, testing::Clock::now());
    ledger_.End(caller_, {Answer::kOk, testing::Clock::now(), std::chrono::seconds(5), "id", {}});
    event_ = EventFor("dms/dev/100", {caller_, number});
  }

  void ReceiveTwice() {
    for (int i = 0; i < 2; ++i) ledger_.Received(kUser, caller_, 0, "id", false);
  }

  Ledger ledger_;
  Clerk clerk_{ledger_};
  const std::size_t caller_ = ledger_.AddCaller(kUser, 1);
  Publish event_;
};

TEST_F(ClerkTest, ALostConnectionExplainsACopy) {
  ReceiveTwice();
  clerk_.OnPublish(7, event_);
  EXPECT_EQ(ledger_.Check().excess_duplicates, 1U);
  clerk_.OnEnd(7);
  EXPECT_EQ(ledger_.Check().excess_duplicates, 0U);
}

TEST_F(ClerkTest, WhatIsNoEventExplainsNothing) {
  ReceiveTwice();
  clerk_.OnPublish(7, EventFor("dms/dev/probe-1", {caller_, 0}));
  event_.payload = "x";
  clerk_.OnPublish(7, event_);
  clerk_.OnEnd(7);
  EXPECT_EQ(ledger_.Check().excess_duplicates, 1U);
}

TEST_F(ClerkTest, WhatTheBrokerAcknowledgedItHasLost) {
  clerk_.OnAnswer(event_, 0x87);
  EXPECT_EQ(ledger_.Check().lost_by_broker, 0U);
  clerk_.OnAnswer(event_, 0x10);
  EXPECT_EQ(ledger_.Check().missing, 1U);
  EXPECT_EQ(ledger_.Check().lost_by_broker, 1U);
}

}  // namespace
}  // namespace dino::soak
