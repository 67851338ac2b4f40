#include "tests/support/mqtt/subscriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

void PublishTo(const MosquittoBroker& broker, const std::vector<std::string>& options) {
  std::vector<std::string> command = {
      "mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", std::to_string(broker.port())};
  command.insert(command.end(), options.begin(), options.end());
  Subprocess client(command);
  EXPECT_EQ(client.Wait(), 0);
}

TEST(SubscriberTest, ReceivesAMessageWithItsProperties) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "sub", {"dms/dev/#", "other"});
  PublishTo(broker, {"-q",
                     "1",
                     "-t",
                     "dms/dev/1",
                     "-m",
                     "line\nand \x1F tab\t\xE6\xBC\xA2",
                     "-D",
                     "publish",
                     "payload-format-indicator",
                     "1",
                     "-D",
                     "publish",
                     "content-type",
                     "application/json",
                     "-D",
                     "publish",
                     "message-expiry-interval",
                     "4000000000",
                     "-D",
                     "publish",
                     "user-property",
                     "event_id",
                     "a:b",
                     "-D",
                     "publish",
                     "user-property",
                     "event_type",
                     "group"});

  const Received received = subscriber.Next();
  EXPECT_EQ(received.topic, "dms/dev/1");
  EXPECT_EQ(received.payload, "line\nand \x1F tab\t\xE6\xBC\xA2");
  EXPECT_EQ(received.qos, 1);
  EXPECT_FALSE(received.retain);
  EXPECT_EQ(received.payload_format, 1);
  EXPECT_EQ(received.content_type, "application/json");
  EXPECT_EQ(received.expiry, 4000000000U);
  EXPECT_THAT(received.user_properties,
              ElementsAre(Pair("event_id", "a:b"), Pair("event_type", "group")));
  EXPECT_EQ(received.UserProperty("event_type"), "group");
  EXPECT_EQ(received.UserProperty("traceparent"), "");
}

TEST(SubscriberTest, KnowsWhichPropertiesAMessageLacks) {
  const MosquittoBroker broker;
  PublishTo(broker, {"-q", "1", "-t", "kept", "-m", "m", "-r"});
  Subscriber subscriber(broker.port(), "sub", {"kept", "plain"});
  const Received kept = subscriber.Next();
  PublishTo(broker, {"-q", "0", "-t", "plain", "-n"});
  const Received plain = subscriber.Next();

  EXPECT_TRUE(kept.retain);
  EXPECT_EQ(plain.qos, 0);
  EXPECT_EQ(plain.payload, "");
  EXPECT_EQ(plain.payload_format, std::nullopt);
  EXPECT_EQ(plain.content_type, "");
  EXPECT_EQ(plain.expiry, std::nullopt);
  EXPECT_TRUE(plain.user_properties.empty());
}

TEST(SubscriberTest, CollectsMessagesUpToAGivenOne) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "sub", {"t"});
  for (const char* payload : {"1", "2", "3", "4"}) {
    PublishTo(broker, {"-q", "1", "-t", "t", "-m", payload});
  }

  EXPECT_EQ(subscriber.NextUntil("2").size(), 2U);
  EXPECT_EQ(subscriber.Next(2).at(1).payload, "4");
}

TEST(SubscriberTest, ItsSessionReceivesWhileItIsAway) {
  const MosquittoBroker broker;
  Subscriber(broker.port(), "sub", {"t"}).Stop();
  PublishTo(broker, {"-q", "1", "-t", "t", "-m", "meanwhile"});
  Subscriber subscriber(broker.port(), "sub", {"t"});

  EXPECT_EQ(subscriber.Next().payload, "meanwhile");
}

TEST(SubscriberTest, ItsSessionSurvivesAStoppedBroker) {
  MosquittoBroker broker(MosquittoBroker::Persistence::kSavedAtStop);
  Subscriber(broker.port(), "sub", {"t"}).Stop();
  PublishTo(broker, {"-q", "1", "-t", "t", "-m", "before"});
  broker.Stop();
  broker.Start();
  PublishTo(broker, {"-q", "1", "-t", "t", "-m", "after"});
  Subscriber subscriber(broker.port(), "sub", {"t"});

  EXPECT_EQ(subscriber.Next().payload, "before");
  EXPECT_EQ(subscriber.Next().payload, "after");
}

TEST(SubscriberTest, ReconnectsByItself) {
  MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "sub", {"t"});
  broker.Kill();
  broker.Start();
  subscriber.WaitForSubscription();
  PublishTo(broker, {"-q", "1", "-t", "t", "-m", "again"});

  EXPECT_EQ(subscriber.Next().payload, "again");
}

TEST(SubscriberTest, FailsTheTestWhenNoMessageCanArrive) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "sub", {"t"});
  subscriber.Stop();

  EXPECT_NONFATAL_FAILURE(subscriber.Next(), "expected a message, but none came");
}

}  // namespace
}  // namespace dino::testing
