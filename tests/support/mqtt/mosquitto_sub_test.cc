#include "tests/support/mqtt/mosquitto_sub.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

class MosquittoSubTest : public ::testing::Test {
 protected:
  std::vector<std::string> Command() const {
    return MosquittoSub(broker_.port(), "c", {"a/+", "b"}, {"%t", "%q", "%p"});
  }

  void Publish(const std::string& topic, const std::string& text) {
    Subprocess publisher(MosquittoPub(broker_.port(), topic, text));
    EXPECT_EQ(publisher.Wait(), 0);
  }

  static void ExpectMessage(Subprocess& subscriber, const std::string& line) {
    const auto is_message = [](std::string_view text) {
      return !text.empty() && text.front() == kMessageMark;
    };
    EXPECT_EQ(subscriber.WaitForLine(Subprocess::Output::kStdout, is_message), line);
  }

  MosquittoBroker broker_;
};

TEST_F(MosquittoSubTest, PrintsItsSubscriptionAndEachMessageAsALine) {
  Subprocess subscriber(Command());
  EXPECT_TRUE(subscriber.WaitForLine(Subprocess::Output::kStdout, TellsOfSubscription));
  Publish("a/1", "one");
  Publish("b", "two");
  ExpectMessage(subscriber,
                "\x1E"
                "a/1\x1F"
                "1\x1Fone");
  ExpectMessage(subscriber,
                "\x1E"
                "b\x1F"
                "1\x1Ftwo");
}

TEST_F(MosquittoSubTest, ReceivesMessagesSentWhileItWasAway) {
  {
    Subprocess subscriber(Command());
    EXPECT_TRUE(subscriber.WaitForLine(Subprocess::Output::kStdout, TellsOfSubscription));
  }
  Publish("b", "missed");
  Subprocess subscriber(Command());
  ExpectMessage(subscriber,
                "\x1E"
                "b\x1F"
                "1\x1Fmissed");
}

TEST(TellsOfSubscriptionTest, IsFalseForOtherLines) {
  for (const std::string line : {"", "Client c sending SUBSCRIBE (Mid: 1, ...)",
                                 "\x1E"
                                 "Subscribed"}) {
    EXPECT_FALSE(TellsOfSubscription(line)) << line;
  }
}

}  // namespace
}  // namespace dino::testing
