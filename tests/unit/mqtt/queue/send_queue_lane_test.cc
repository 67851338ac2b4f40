// Batches of one lane, as the events of a stream are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/mqtt/queue/send_queue_fixture.h"

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SendQueueLaneTest : public SendQueueTest {
 protected:
  BatchPointer AddTo(std::uint64_t lane, const std::string& payload,
                     std::vector<std::string> topics) {
    PublishOptions options = RecordingBatch::Options();
    options.lane = lane;
    return Add(payload, std::move(topics), std::move(options));
  }
};

TEST_F(SendQueueLaneTest, TheNextBatchIsServedWhenAllOfTheFirstIsOnItsWay) {
  AddTo(1, "a", {"1", "2", "3", "4", "5", "6"});
  AddTo(1, "b", {"6", "7"});
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 a", "3 a", "4 a"));
  Acknowledge("1");
  Acknowledge("2");
  EXPECT_THAT(Fill(), ElementsAre("5 a", "6 a"));
  Acknowledge("3");
  EXPECT_THAT(Fill(), ElementsAre("7 b")) << "6 is in flight, which holds up nobody else";
  Acknowledge("6");
  EXPECT_THAT(Fill(), ElementsAre("6 b"));
}

TEST_F(SendQueueLaneTest, ABatchWhoseLastTopicIsTakenLetsTheNextOneGoOn) {
  AddTo(1, "a", {"1"});
  AddTo(1, "b", {"1"});
  AddTo(1, "c", {"2"});
  AddTo(1, "d", {"1"});
  EXPECT_THAT(Fill(), ElementsAre("1 a", "2 c"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 b"));
  Acknowledge("1");
  EXPECT_THAT(Fill(), ElementsAre("1 d"));
}

TEST_F(SendQueueLaneTest, LanesAndOtherBatchesDoNotWaitForEachOther) {
  AddTo(1, "a", {"1", "2", "3", "4", "5", "6"});
  AddTo(1, "b", {"7"});
  AddTo(2, "c", {"8"});
  Add("y", {"9"});
  EXPECT_EQ(Fill().size(), 4U) << "all of the first";
  for (const char* topic : {"1", "2", "3", "4"}) Acknowledge(topic);
  EXPECT_THAT(Fill(), ElementsAre("8 c", "9 y", "5 a", "6 a"));
}

TEST_F(SendQueueLaneTest, AStoppedBatchLetsTheNextOneGoOn) {
  Add("x", {"w", "x", "y", "z"});
  Fill();
  const auto first = AddTo(1, "a", {"1", "2"});
  const auto second = AddTo(1, "b", {"3"});
  AddTo(1, "c", {"4"});
  Stop(second);
  Stop(first);
  Acknowledge("w");
  EXPECT_THAT(Fill(), ElementsAre("4 c"));
}

TEST_F(SendQueueLaneTest, ARefusedLastPublicationLetsTheNextOneGoOn) {
  refused_["1"] = 0x95;
  AddTo(1, "a", {"1"});
  AddTo(1, "b", {"2"});
  EXPECT_THAT(Fill(), ElementsAre("2 b"));
}

// The same in every run: many batches, with answers, losses and moves to another queue at random.
TEST_F(SendQueueLaneTest, ATopicGetsTheBatchesOfALaneInTheirOrderWhateverHappens) {
  std::mt19937 random(7);
  const auto below = [&](unsigned bound) { return random() % bound; };
  std::map<std::string, int> last;
  std::map<std::string, std::string> in_flight;
  int added = 0;
  int acknowledged = 0;
  int expected = 0;
  while (acknowledged < expected || added < 500) {
    if (added < 500 && below(2) == 0) {
      std::vector<std::string> topics;
      for (unsigned topic = 0; topic < 6; ++topic) {
        if (below(3) == 0) topics.push_back(std::to_string(topic));
      }
      std::shuffle(topics.begin(), topics.end(), random);
      if (!topics.empty()) {
        AddTo(1, std::to_string(added++), topics);
        expected += static_cast<int>(topics.size());
      }
    }
    if (below(40) == 0) {
      queue_.ConnectionLost(now_, /*by_broker=*/false);
      in_flight.clear();
      if (below(2) == 0) queue_.Adopt(queue_.Take(0).work);
    }
    for (const std::string& sent : Fill()) {
      const std::size_t space = sent.find(' ');
      const std::string topic = sent.substr(0, space);
      const int event = std::stoi(sent.substr(space + 1));
      ASSERT_GE(event, last.try_emplace(topic, 0).first->second) << "at topic " << topic;
      last[topic] = event;
      in_flight[topic] = sent;
    }
    if (!in_flight.empty() && below(2) == 0) {
      const auto answered =
          std::next(in_flight.begin(), static_cast<std::ptrdiff_t>(random() % in_flight.size()));
      Acknowledge(answered->first);
      in_flight.erase(answered);
      ++acknowledged;
    }
  }
  EXPECT_EQ(acknowledged, expected);
}

}  // namespace
}  // namespace dino::mqtt
