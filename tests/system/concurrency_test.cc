#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
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

TEST(ConcurrencyTest, TenThousandRecipientsAreAcknowledgedInOneCall) {
  constexpr std::size_t kRecipients = 10000;
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+"});
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  std::vector<std::int64_t> users(kRecipients);
  std::iota(users.begin(), users.end(), 1);

  v1::Delivery delivery;
  const grpc::Status status = PublishMessage(bridge, MessageRequest(users, "hello"), &delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(delivery.recipient_count(), kRecipients);
  EXPECT_EQ(delivery.acknowledged_count(), kRecipients);
  EXPECT_EQ(delivery.no_subscriber_count(), 0U);
  std::set<std::string> topics;
  for (const Received& received : subscriber.Next(kRecipients)) topics.insert(received.topic);
  EXPECT_EQ(topics.size(), kRecipients);
}

TEST(ConcurrencyTest, SixtyFourCallersGetNoErrorAndTheirUsersEventsInOrder) {
  constexpr std::int64_t kCallers = 64;
  constexpr std::size_t kCalls = 30;
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+"});
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  Callers callers;
  for (std::int64_t user = 1; user <= kCallers; ++user) {
    callers.push_back(std::make_unique<Caller>(bridge, user, kPatience));
  }
  WaitForSuccessesOfEach(callers, kCalls);
  std::map<std::string, std::vector<std::string>> published;
  std::size_t count = 0;
  for (const auto& caller : callers) {
    for (const CallRecord& record : caller->Stop()) {
      EXPECT_TRUE(record.answer.ok()) << Describe(record.answer);
      published["dms/dev/" + std::to_string(caller->user_id())].push_back(record.text);
      ++count;
    }
  }

  std::map<std::string, std::vector<std::string>> received;
  for (const Received& each : subscriber.Next(count)) {
    received[each.topic].push_back(TextOf(each.payload));
  }
  EXPECT_EQ(received, published);
}

}  // namespace
}  // namespace dino::testing
