#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/error_details.h"
#include "tests/system/patient_caller.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

std::vector<std::int64_t> Users(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> users(count);
  std::iota(users.begin(), users.end(), first);
  return users;
}

std::string EventIdOf(const Publish& publish) {
  for (const auto& [name, value] : publish.user_properties) {
    if (name == "event_id") return value;
  }
  return {};
}

TEST(BridgeKillTest, NoEventAnsweredOkIsLostAndRepeatedOnesKeepIdAndOrder) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+", "mark"});
  RestartableBridge bridge(broker.address());
  bridge.WaitForReadiness(true);
  PatientCallers callers;
  for (const std::int64_t user : {1, 2, 3, 4}) {
    callers.push_back(std::make_unique<PatientCaller>(bridge.stub(), Users(user, 1)));
  }
  callers.push_back(std::make_unique<PatientCaller>(bridge.stub(), Users(100, 500)));
  for (int life = 0; life < 3; ++life) {
    WaitForSuccessesOfEach(callers, 10);
    bridge.Kill();
    bridge.Start();
  }
  WaitForSuccessesOfEach(callers, 10);
  std::vector<std::vector<PublishedEvent>> events;
  for (const auto& caller : callers) events.push_back(caller->Stop());

  const Inboxes inboxes = ByTopic(ReceiveAll(subscriber, broker.port()));
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    ExpectDelivered(*callers[i], events[i], inboxes);
    repeated += static_cast<std::size_t>(
        std::count_if(events[i].begin(), events[i].end(),
                      [](const PublishedEvent& event) { return event.answers.size() > 1; }));
  }
  EXPECT_GT(repeated, 0U) << "no call was in progress when the bridge was killed";
}

TEST(BridgeKillTest, ACallWhoseAnswerWasLostKeepsItsEventIdAcrossARestart) {
  AutomaticBroker broker;
  RestartableBridge bridge(broker.address());
  bridge.WaitForReadiness(true);
  v1::PublishMessageRequest request = MessageRequest({1}, "hello");
  request.mutable_options()->set_idempotency_key("key");
  broker.HoldAcks();
  auto lost = std::async(std::launch::async, [&] { return bridge.Publish(request); });
  broker.WaitForPublications(1);
  bridge.Kill();
  EXPECT_EQ(lost.get().error_code(), grpc::StatusCode::UNAVAILABLE);
  broker.ReleaseAcks();
  bridge.Start();
  v1::Delivery delivery;
  const grpc::Status status = bridge.Publish(request, &delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_FALSE(delivery.replayed());
  const std::vector<Publish> publications = broker.WaitForPublications(2);
  ASSERT_EQ(publications.size(), 2U);
  EXPECT_EQ(EventIdOf(publications[0]), delivery.event_id());
  EXPECT_EQ(EventIdOf(publications[1]), delivery.event_id());
}

}  // namespace
}  // namespace dino::testing
