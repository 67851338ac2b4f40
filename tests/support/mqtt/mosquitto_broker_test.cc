#include "tests/support/mqtt/mosquitto_broker.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

std::optional<int> PublishTo(const MosquittoBroker& broker) {
  Subprocess client({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                     std::to_string(broker.port()), "-q", "1", "-t", "t", "-m", "m"});
  return client.Wait();
}

TEST(MosquittoBrokerTest, AcceptsConnectionsOnceStarted) {
  const MosquittoBroker broker;

  EXPECT_EQ(PublishTo(broker), 0);
}

TEST(MosquittoBrokerTest, RefusesConnectionsUntilStarted) {
  MosquittoBroker broker(MosquittoBroker::Persistence::kNone, MosquittoBroker::Startup::kLater);
  EXPECT_FALSE(ConnectToLoopback(broker.port()).open());

  broker.Start();
  EXPECT_EQ(PublishTo(broker), 0);
}

TEST(MosquittoBrokerTest, RestartsOnTheSamePort) {
  MosquittoBroker broker;
  const std::string address = broker.address();
  broker.Stop();
  EXPECT_FALSE(ConnectToLoopback(broker.port()).open());
  broker.Start();
  EXPECT_EQ(PublishTo(broker), 0);
  broker.Kill();
  EXPECT_FALSE(ConnectToLoopback(broker.port()).open());
  broker.Start();
  EXPECT_EQ(PublishTo(broker), 0);

  EXPECT_EQ(broker.address(), address);
}

TEST(MosquittoBrokerTest, DoesNothingWhileFrozen) {
  MosquittoBroker broker;
  broker.Freeze();
  Subprocess client({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                     std::to_string(broker.port()), "-q", "1", "-t", "t", "-m", "m"});
  EXPECT_TRUE(client.running());

  broker.Thaw();
  EXPECT_EQ(client.Wait(), 0);
}

}  // namespace
}  // namespace dino::testing
