#include "tests/unit/fanout/direct_publisher_fixture.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAreArray;

TEST(FanoutOptionsTest, DefaultsAreThoseOfTheSettings) {
  const FanoutOptions options;
  EXPECT_EQ(options.default_expiry, std::chrono::hours(24));
  EXPECT_EQ(options.max_pending_publications, 1000000U);
  EXPECT_EQ(options.max_pending_bytes, std::size_t{256} << 20);
}

TEST_F(DirectPublisherTest, PublishesOnceToTheTopicOfEachRecipient) {
  std::vector<std::int64_t> users(100);
  std::iota(users.begin(), users.end(), 1000);
  const auto batch = Publish(EventFor(users));
  std::set<std::uint32_t> positions;
  std::vector<std::int64_t> published;
  for (const mqtt::Chunk& chunk : batch->chunks()) {
    for (std::uint32_t i = chunk.first; i < chunk.first + chunk.count; ++i) {
      EXPECT_TRUE(positions.insert(i).second);
      published.push_back(static_cast<std::int64_t>(UserAt(*batch, i)));
    }
  }
  EXPECT_THAT(published, UnorderedElementsAreArray(users));
  std::string topic;
  batch->WriteTopic(0, topic);
  EXPECT_EQ(topic.substr(0, 9), "dms/test/");
}

TEST_F(DirectPublisherTest, PublishesToNamedTopics) {
  Event event = EventFor({});
  event.recipients = Recipients::OfTopics({"rooms/lobby", "7"});
  const auto batch = Publish(std::move(event));
  std::set<std::string> topics;
  for (std::uint32_t position = 0; position < 2; ++position) {
    std::string topic;
    batch->WriteTopic(position, topic);
    topics.insert(topic);
  }
  EXPECT_EQ(topics, (std::set<std::string>{"dms/test/rooms/lobby", "dms/test/7"}));
}

TEST_F(DirectPublisherTest, AnOverlayIsAddedOnlyForItsUser) {
  Event event = EventFor({1, 2});
  event.json = R"({"event_type":"x"})";
  event.overlays = std::make_shared<const Overlays>(Overlays{{2, R"("muted":true)"}});
  const auto batch = Publish(std::move(event));
  for (std::uint32_t position = 0; position < 2; ++position) {
    std::string scratch = "old";
    EXPECT_EQ(batch->PayloadOf(position, scratch), UserAt(*batch, position) == 2
                                                       ? R"({"event_type":"x","muted":true})"
                                                       : R"({"event_type":"x"})");
  }
}

TEST_F(DirectPublisherTest, SpreadsUsersOverAllSessionsConsistently) {
  std::vector<std::int64_t> users(100);
  std::iota(users.begin(), users.end(), 1);
  const auto SessionsOf = [](EventBatch& batch) {
    std::map<std::size_t, std::uint32_t> sessions;
    for (const mqtt::Chunk& chunk : batch.chunks()) {
      for (std::uint32_t i = chunk.first; i < chunk.first + chunk.count; ++i) {
        sessions[UserAt(batch, i)] = chunk.session;
      }
    }
    return sessions;
  };
  const auto first = Publish(EventFor(users));
  const auto sessions = SessionsOf(*first);
  std::map<std::uint32_t, int> load;
  for (const auto& [user, session] : sessions) ++load[session];
  EXPECT_EQ(load.size(), 4U);
  for (const auto& [session, count] : load) EXPECT_GE(count, 10) << "session " << session;

  publisher_.End(first, Acknowledged());
  std::reverse(users.begin(), users.end());
  EXPECT_EQ(SessionsOf(*Publish(EventFor(users))), sessions);
}

TEST_F(DirectPublisherTest, GivesThePublicationItsProperties) {
  Event event = EventFor({1});
  event.traceparent = "00-1-1-00";
  event.user_properties = {{"device", "7"}, {"room", "x"}};
  event.qos = mqtt::Qos::kAtMostOnce;
  const auto batch = Publish(std::move(event));
  const mqtt::PublishOptions& options = batch->options();
  EXPECT_EQ(options.content_type, "application/json");
  EXPECT_EQ(EventIdIn(*batch).size(), 36U);
  std::string scratch;
  EXPECT_EQ(batch->PayloadOf(0, scratch), batch->payload());
  EXPECT_FALSE(batch->payload().empty());
  EXPECT_THAT(
      options.user_properties,
      ElementsAre(Pair("event_id", EventIdIn(*batch)), Pair("event_type", "message"),
                  Pair("traceparent", "00-1-1-00"), Pair("device", "7"), Pair("room", "x")));
  EXPECT_EQ(options.qos, mqtt::Qos::kAtMostOnce);
}

TEST_F(DirectPublisherTest, KeepsWhatTheEventStates) {
  Event event = EventFor({1});
  event.id = EventIdOf("caller", "key");
  event.lane = 3;
  event.deadline = Clock::now() + std::chrono::minutes(1);
  const auto deadline = event.deadline;
  const auto batch = Publish(std::move(event));
  const std::string event_id = TextOf(EventIdOf("caller", "key"));
  EXPECT_EQ(batch->options().lane, 3U);
  EXPECT_EQ(batch->options().deadline, deadline);
  EXPECT_THAT(batch->options().user_properties,
              ElementsAre(Pair("event_id", event_id), Pair("event_type", "message")));
}

TEST_F(DirectPublisherTest, ARecipientTakesMemoryForIdPlaceAndOutcome) {
  const std::size_t taken =
      Admission::kBytesPerEvent + 10 * (8 + 4 + sizeof(mqtt::PublicationOutcome));
  Event event = EventFor({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  event.content_bytes = 100000 - taken;
  EXPECT_EQ(direct_.WouldRefuse(event), std::nullopt);
  ++event.content_bytes;
  EXPECT_EQ(direct_.WouldRefuse(event), Refusal::kOverloaded);
}

TEST_F(DirectPublisherTest, ANamedTopicTakesMemoryForItsName) {
  Event event = EventFor({});
  event.recipients = Recipients::OfTopics({std::string(5000, 'a')});
  const std::size_t taken =
      Admission::kBytesPerEvent + sizeof(std::string) + 5000 + 4 + sizeof(mqtt::PublicationOutcome);
  event.content_bytes = 100000 - taken;
  EXPECT_EQ(direct_.WouldRefuse(event), std::nullopt);
  ++event.content_bytes;
  EXPECT_EQ(direct_.WouldRefuse(event), Refusal::kOverloaded);
}

TEST_F(DirectPublisherTest, ExpiryCountsFromNowAndHasADefault) {
  const auto before = Clock::now();
  const auto by_default = Publish(EventFor({1}));
  Event event = EventFor({2});
  event.expiry = std::chrono::seconds(5);
  const auto own = Publish(std::move(event));
  const auto after = Clock::now();
  EXPECT_GE(by_default->options().expires_at, before + std::chrono::seconds(86400));
  EXPECT_LE(by_default->options().expires_at, after + std::chrono::seconds(86400));
  EXPECT_GE(own->options().expires_at, before + std::chrono::seconds(5));
  EXPECT_LE(own->options().expires_at, after + std::chrono::seconds(5));
}

TEST_F(DirectPublisherTest, NothingIsSentAfterTheExpiry) {
  Event event = EventFor({1});
  event.expiry = std::chrono::seconds(1);
  const auto batch = Publish(std::move(event));
  EXPECT_EQ(batch->options().deadline, batch->options().expires_at);
}

TEST_F(DirectPublisherTest, RefusesWhenNoSessionIsConnected) {
  publisher_.set_connected(false);
  EXPECT_EQ(Publish(EventFor({1})), nullptr);
  EXPECT_EQ(refusal_, Refusal::kUnreachable);
}

TEST_F(DirectPublisherTest, RefusesWhatDoesNotFitAndAdmitsItLater) {
  EXPECT_EQ(direct_.options().max_pending_publications, 100U);
  const auto users = [](std::int64_t count) {
    std::vector<std::int64_t> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), 1);
    return ids;
  };
  const auto first = Publish(EventFor(users(60)));
  Publish(EventFor(users(41)));
  EXPECT_EQ(refusal_, Refusal::kOverloaded);
  publisher_.End(first, Acknowledged());
  EXPECT_EQ(direct_.WouldRefuse(EventFor(users(100))), std::nullopt);
  EXPECT_EQ(direct_.WouldRefuse(EventFor(users(101))), Refusal::kOverloaded);
}

TEST_F(DirectPublisherTest, RoomIsReleasedBeforeTheCallIsDone) {
  std::vector<std::int64_t> users(100);
  std::iota(users.begin(), users.end(), 1);
  bool room = false;
  direct_.Publish(EventFor(users), [&](const EventPublisher::Result&) {
    room = !direct_.WouldRefuse(EventFor(users)).has_value();
  });
  publisher_.End(publisher_.WaitForBatch(), Acknowledged());
  EXPECT_TRUE(room);
}

TEST_F(DirectPublisherTest, ARepeatedEventGoesToThoseMissingAndCountsAll) {
  Event event = EventFor({1, 2, 3});
  publisher_.End(Publish(event), {Acknowledged(0x10), Rejected(0x97), Rejected(0x97)});
  EXPECT_EQ(summary_.failure, Failure::kBusy);
  ASSERT_TRUE(Resume(resume_token_, event));
  const std::string event_id = event_id_;
  const auto batch = Publish(event);
  EXPECT_EQ(EventIdIn(*batch), event_id) << "though it has no key";
  publisher_.End(batch, {Acknowledged(), Acknowledged()});
  EXPECT_EQ(summary_.failure, Failure::kNone);
  EXPECT_EQ(summary_.acknowledged_count, 3U);
  EXPECT_EQ(summary_.no_subscriber_count, 1U);
  EXPECT_EQ(outcomes_[0].outcome, Outcome::kNoSubscriber);
  EXPECT_FALSE(replayed_);
  EXPECT_EQ(resume_token_, "") << "it is complete";
  EXPECT_EQ(direct_.meter().ended(0, Outcome::kNoSubscriber), 1U) << "counted once";
  EXPECT_EQ(direct_.meter().ended(0, Outcome::kAcknowledged), 2U);
  EXPECT_EQ(direct_.meter().resumed(), 1U);
}

TEST_F(DirectPublisherTest, StopEndsAnEventOnce) {
  const auto batch = Publish(EventFor({1, 2}));
  direct_.Stop(batch);
  EXPECT_EQ(done_count_, 1);
  EXPECT_EQ(summary_.failure, Failure::kTimeUp);
  direct_.Stop(batch);
  EXPECT_EQ(done_count_, 1);
}

}  // namespace
}  // namespace dino::fanout
