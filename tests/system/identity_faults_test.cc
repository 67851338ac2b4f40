#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/error_details.h"
#include "tests/system/patient_caller.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

using ::testing::HasSubstr;

// Takes over the session with that client ID.
LogRecord TakeOver(const MosquittoBroker& broker, RestartableBridge& bridge,
                   const std::string& client_id) {
  Subprocess intruder({"mosquitto_pub", "-V", "5", "-q", "1", "-h", "127.0.0.1", "-p",
                       std::to_string(broker.port()), "-i", client_id, "-t", "intruder", "-m",
                       "hello"});
  EXPECT_EQ(intruder.Wait(), 0);
  return bridge.WaitForRecord([&client_id](const LogRecord& record) {
    return record.message() == "session lost" && record.Text("client_id") == client_id;
  });
}

TEST(TakeOverTest, UsersAreServedDuringRepeatedSessionTakeovers) {
  constexpr int kTimes = 6;
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+", "mark"});
  RestartableBridge bridge(broker.address(), {"--mqtt-sessions=4", "--mqtt-failover-after=100ms"});
  const std::string client_id = bridge.WaitForRecord("session connected").Text("client_id");
  // Enough users for every session to have some.
  PatientCallers callers;
  for (std::int64_t user = 1; user <= 16; ++user) {
    callers.push_back(std::make_unique<PatientCaller>(bridge.stub(), std::vector{user}));
  }
  WaitForSuccessesOfEach(callers, 5);
  for (int i = 0; i < kTimes; ++i) {
    TakeOver(broker, bridge, client_id);
    WaitForSuccessesOfEach(callers, 5);
    EXPECT_EQ(bridge.WaitForRecord("session connected").Text("client_id"), client_id);
  }
  EXPECT_EQ(bridge.WaitForRecord("failback: the session serves its users again").Text("client_id"),
            client_id);
  WaitForSuccessesOfEach(callers, 5);
  std::vector<std::vector<PublishedEvent>> events;
  for (const auto& caller : callers) events.push_back(caller->Stop());

  const Inboxes inboxes = ByTopic(ReceiveAll(subscriber, broker.port()));
  for (std::size_t i = 0; i < callers.size(); ++i) {
    ExpectDelivered(*callers[i], events[i], inboxes, kTimes);
    for (const PublishedEvent& event : events[i]) {
      EXPECT_EQ(event.answers.size(), 1U) << event.text << ": " << Describe(event.answers.front());
    }
  }
}

// mosquitto closes the old connection without a reason; other brokers give one.
TEST(TakeOverTest, ABrokerThatNamesTheCauseIsQuotedAndLeftAlone) {
  FakeBroker broker;
  // No ping comes, however long the machine takes for this.
  RestartableBridge bridge(broker.address(),
                           {"--mqtt-sessions=2", "--mqtt-failover-after=100ms",
                            "--mqtt-keep-alive=300s", "--mqtt-connect-timeout=30s"});
  FakeConnection taken = broker.Accept();
  const std::string client_id = taken.ExpectConnect().client_id;
  taken.Send(ConnAck{});
  FakeConnection other = broker.AcceptSession();
  // What comes together with CONNACK would be the end of an attempt.
  for (int session = 0; session < 2; ++session) bridge.WaitForRecord("session connected");
  taken.Send(Disconnect{0x8E});
  const LogRecord lost = bridge.WaitForRecord("session lost");
  EXPECT_EQ(lost.Text("client_id"), client_id);
  EXPECT_THAT(lost.Text("reason"), HasSubstr("0x8e session taken over"));
  EXPECT_THAT(lost.Text("reason"), HasSubstr("another process uses this client ID"));
  EXPECT_GE(lost.Number("retry_in_seconds"), 10);
  auto call = std::async(std::launch::async, [&bridge] {
    return bridge.Publish(MessageRequest({1, 2, 3, 4, 5, 6, 7, 8}, "hello"));
  });
  for (const Publish& publish : other.ExpectPublishes(8)) other.Send(PubAck{publish.packet_id});

  const grpc::Status status = call.get();
  EXPECT_TRUE(status.ok()) << Describe(status);
  broker.ExpectNoConnection();
}

TEST(LostSessionTest, ABrokerThatLostTheSessionGetsTheRestOfTheFanOut) {
  constexpr std::size_t kUsers = 2000;
  // 8 sessions with a window of 64 each.
  constexpr std::size_t kInFlight = 512;
  MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+", "mark"});
  FaultProxy proxy(broker.port());
  RestartableBridge bridge(proxy.address());
  bridge.WaitForReadiness(true);
  std::vector<std::int64_t> users(kUsers);
  std::iota(users.begin(), users.end(), 1);
  ASSERT_TRUE(bridge.Publish(MessageRequest(users, "first")).ok());
  subscriber.Next(kUsers);
  proxy.LoseAcks(true);
  v1::Delivery delivery;
  auto call = std::async(std::launch::async, [&] {
    return bridge.Publish(MessageRequest(users, "second"), &delivery);
  });
  subscriber.Next(kInFlight);
  // The subscriber must be back before the bridge: its session is lost, too.
  proxy.Set(FaultProxy::Door::kRefuse);
  broker.Kill();
  broker.Start();
  subscriber.WaitForSubscription();
  proxy.Heal();
  const grpc::Status status = call.get();

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(delivery.acknowledged_count(), kUsers);
  EXPECT_EQ(delivery.no_subscriber_count(), 0U);
  const Inboxes inboxes = ByTopic(ReceiveAll(subscriber, broker.port()));
  EXPECT_EQ(inboxes.size(), kUsers);
  for (const auto& [topic, received] : inboxes) {
    EXPECT_EQ(received.size(), 1U) << topic;
    EXPECT_EQ(TextOf(received.front().payload), "second") << topic;
    EXPECT_EQ(received.front().UserProperty("event_id"), delivery.event_id());
  }
}

}  // namespace
}  // namespace dino::testing
