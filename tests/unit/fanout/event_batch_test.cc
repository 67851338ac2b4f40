#include "server/fanout/event_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "tests/support/mqtt/fake_publisher.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::ElementsAre;

using Users = std::vector<std::int64_t>;

// With one session, so that positions follow the order of the request.
class EventBatchTest : public ::testing::Test {
 protected:
  std::shared_ptr<EventBatch> Publish(const Users& users) {
    Event event;
    event.json = "{}";
    event.recipients = users;
    event.deadline = Clock::now() + std::chrono::hours(1);
    return std::static_pointer_cast<EventBatch>(
        direct_.Publish(std::move(event), [this](const EventPublisher::Result& result) {
          outcomes_ = std::get<CallResult>(result).outcomes;
        }));
  }

  static std::vector<std::string> TopicsOf(const EventBatch& batch) {
    std::vector<std::string> topics(batch.recipients().size());
    for (std::uint32_t i = 0; i < topics.size(); ++i) batch.WriteTopic(i, topics[i]);
    return topics;
  }

  // Even route keys first.
  static std::uint32_t Parity(std::uint64_t route_key) { return route_key % 2; }

  // The first users whose route keys are even, or odd.
  static Users UsersOf(std::uint32_t parity, std::size_t count) {
    Users users;
    for (std::int64_t user = 1; users.size() < count; ++user) {
      if (Parity(Recipients({user}).OrderKey(0)) == parity) users.push_back(user);
    }
    return users;
  }

  testing::FakePublisher publisher_{1};
  DirectPublisher direct_{publisher_, *TopicTemplate::Parse("{user_id}", "test"), {}};
  std::vector<PublicationOutcome> outcomes_;
};

TEST_F(EventBatchTest, NamesItsRecipients) {
  const auto batch = Publish({7, 8});
  EXPECT_THAT(batch->recipients().user_ids(), ElementsAre(7, 8));
  publisher_.EndAll();
}

TEST_F(EventBatchTest, RouteKeyIsTheOrderKeyOfTheRecipient) {
  const auto batch = Publish({7, 8});
  EXPECT_EQ(batch->RouteKey(0), Recipients({7}).OrderKey(0));
  EXPECT_EQ(batch->RouteKey(1), Recipients({8}).OrderKey(0));
  publisher_.EndAll();
}

TEST_F(EventBatchTest, GroupSortsByGroupAndKeepsTheOrderWithin) {
  const Users even = UsersOf(0, 2);
  const Users odd = UsersOf(1, 3);
  const auto batch = Publish({odd[0], odd[1], even[0], odd[2], even[1]});
  batch->Group(1, 4, Parity);
  std::vector<std::string> expected;
  for (const std::int64_t user : {odd[0], even[0], even[1], odd[1], odd[2]}) {
    expected.push_back(std::to_string(user));
  }
  EXPECT_EQ(TopicsOf(*batch), expected);
  publisher_.EndAll();
}

TEST_F(EventBatchTest, GroupLeavesPublicationsOutsideItsRangeAlone) {
  const Users even = UsersOf(0, 2);
  const Users odd = UsersOf(1, 2);
  const auto batch = Publish({odd[0], odd[1], even[0], even[1]});
  batch->Group(1, 2, Parity);
  std::vector<std::string> expected;
  for (const std::int64_t user : {odd[0], even[0], odd[1], even[1]}) {
    expected.push_back(std::to_string(user));
  }
  EXPECT_EQ(TopicsOf(*batch), expected);
  publisher_.EndAll();
}

TEST_F(EventBatchTest, OutcomesComeInTheOrderOfTheRequestAfterGrouping) {
  const Users even = UsersOf(0, 1);
  const Users odd = UsersOf(1, 1);
  const auto batch = Publish({odd[0], even[0]});
  batch->Group(0, 2, Parity);
  publisher_.End(publisher_.WaitForBatch(),
                 std::vector<PublicationOutcome>{{Outcome::kAcknowledged, 0, false},
                                                 {Outcome::kRejected, 0x87, false}});
  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_EQ(outcomes_[0].outcome, Outcome::kRejected);
  EXPECT_EQ(outcomes_[1].outcome, Outcome::kAcknowledged);
}

TEST(EventBatchChunksTest, ASessionWithoutRecipientsHasNone) {
  testing::FakePublisher publisher(4);
  DirectPublisher direct(publisher, *TopicTemplate::Parse("{user_id}", "test"), {});
  Event event;
  event.recipients = Users{1};
  event.deadline = Clock::now() + std::chrono::hours(1);
  direct.Publish(std::move(event), [](const EventPublisher::Result&) {});
  const auto batch = publisher.WaitForBatch();
  ASSERT_EQ(batch->chunks().size(), 1U);
  EXPECT_EQ(batch->chunks().front().count, 1U);
  publisher.EndAll();
}

TEST(EventBatchOutcomesTest, ComeInTheOrderOfTheRequest) {
  testing::FakePublisher publisher(4);
  DirectPublisher direct(publisher, *TopicTemplate::Parse("{user_id}", "test"), {});
  Event event;
  event.recipients = Users{1, 2, 3};
  event.deadline = Clock::now() + std::chrono::hours(1);
  std::vector<std::uint8_t> codes;
  direct.Publish(std::move(event), [&codes](const EventPublisher::Result& result) {
    for (const auto& outcome : std::get<CallResult>(result).outcomes) {
      codes.push_back(outcome.reason_code);
    }
  });
  const auto batch = publisher.WaitForBatch();
  // Each recipient's code is its ID.
  std::vector<PublicationOutcome> by_position;
  for (std::uint32_t position = 0; position < 3; ++position) {
    std::string topic;
    batch->WriteTopic(position, topic);
    by_position.push_back({Outcome::kRejected, static_cast<std::uint8_t>(std::stoi(topic)), false});
  }
  publisher.End(batch, by_position);
  EXPECT_THAT(codes, ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace dino::fanout
