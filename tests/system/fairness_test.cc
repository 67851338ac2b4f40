#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/error_details.h"
#include "tests/system/patient_caller.h"
#include "tests/system/requests.h"
#include "tests/system/restartable_bridge.h"

namespace dino::testing {
namespace {

constexpr std::size_t kLargeGroup = 10000;
constexpr int kLargeCallers = 2;
constexpr int kCallsOfEach = 3;
constexpr std::int64_t kSmallCallers = 4;
// How many calls of each small caller must be answered while a large call runs. If sessions served
// one call after the other, it would be one or two.
constexpr std::size_t kLeastPerLargeCall = 5;

// Publishes to a large group a few times, back to back.
void PublishToLargeGroup(RestartableBridge& bridge, std::int64_t first_user) {
  std::vector<std::int64_t> users(kLargeGroup);
  std::iota(users.begin(), users.end(), first_user);
  for (int i = 0; i < kCallsOfEach; ++i) {
    const grpc::Status status = bridge.Publish(MessageRequest(users, "large"));
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
}

// For each event to a large group: how many messages of others arrived between its first and its
// last.
std::vector<std::size_t> OthersWithin(const std::vector<Received>& received) {
  struct Span {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::map<std::string, Span> spans;
  std::vector<std::size_t> others_before;
  std::size_t others = 0;
  for (std::size_t i = 0; i < received.size(); ++i) {
    others_before.push_back(others);
    if (TextOf(received[i].payload) == "large") {
      const auto [span, is_first] =
          spans.try_emplace(received[i].UserProperty("event_id"), Span{i, i});
      span->second.last = i;
    } else {
      ++others;
    }
  }
  std::vector<std::size_t> counts;
  for (const auto& [event_id, span] : spans) {
    counts.push_back(others_before[span.last] - others_before[span.first]);
  }
  return counts;
}

TEST(FairnessTest, BackToBackLargeCallsDoNotStarveSmallOnes) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+", "mark"});
  RestartableBridge bridge(broker.address());
  bridge.WaitForReadiness(true);
  PatientCallers small;
  for (std::int64_t user = 1; user <= kSmallCallers; ++user) {
    small.push_back(std::make_unique<PatientCaller>(bridge.stub(), std::vector{user}));
  }
  WaitForSuccessesOfEach(small, 1);
  std::vector<std::size_t> before;
  for (const auto& caller : small) before.push_back(caller->successes());
  std::vector<std::future<void>> large;
  for (std::int64_t i = 1; i <= kLargeCallers; ++i) {
    large.push_back(
        std::async(std::launch::async, [&bridge, i] { PublishToLargeGroup(bridge, 100000 * i); }));
  }
  for (auto& caller : large) caller.get();
  for (std::size_t i = 0; i < small.size(); ++i) {
    EXPECT_GE(small[i]->successes() - before[i], kLeastPerLargeCall * kCallsOfEach);
  }
  std::vector<std::vector<PublishedEvent>> events;
  for (const auto& caller : small) events.push_back(caller->Stop());

  std::vector<Received> received = ReceiveAll(subscriber, broker.port());
  const std::vector<std::size_t> within = OthersWithin(received);
  EXPECT_EQ(within.size(), std::size_t{kLargeCallers} * kCallsOfEach);
  for (const std::size_t others : within) EXPECT_GE(others, kLeastPerLargeCall * kSmallCallers);
  const Inboxes inboxes = ByTopic(std::move(received));
  EXPECT_EQ(inboxes.size(), kLargeCallers * kLargeGroup + kSmallCallers);
  for (std::size_t i = 0; i < small.size(); ++i) {
    ExpectDelivered(*small[i], events[i], inboxes);
    for (const PublishedEvent& event : events[i]) {
      EXPECT_EQ(event.answers.size(), 1U) << event.text << ": " << Describe(event.answers.front());
    }
  }
}

}  // namespace
}  // namespace dino::testing
