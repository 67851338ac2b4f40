#include "server/fanout/fanout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/mqtt/fake_publisher.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;
using ::testing::ElementsAre;
using testing::FakePublisher;
using ::testing::Pair;
using ::testing::UnorderedElementsAreArray;

class FanoutTest : public ::testing::Test {
 protected:
  static TopicTemplate Topics() {
    return *TopicTemplate::Parse("dms/{environment}/{user_id}", "test");
  }

  static Event EventFor(std::vector<std::int64_t> recipients) {
    Event event;
    event.type = "message";
    event.json = "{}";
    event.recipients = std::move(recipients);
    event.deadline = Clock::now() + std::chrono::seconds(10);
    return event;
  }

  std::shared_ptr<EventBatch> Publish(Event event) {
    auto admitted = fanout_.Admit(event.recipients.size(), event.json.size());
    auto* ticket = std::get_if<Admission::Ticket>(&admitted);
    EXPECT_NE(ticket, nullptr);
    if (ticket == nullptr) return nullptr;
    return fanout_.Publish(std::move(*ticket), std::move(event), [this](const EventBatch& batch) {
      ++done_count_;
      summary_ = batch.Summary();
      outcomes_ = batch.outcomes();
    });
  }

  // Publishes to users 1, 2 … and ends the event with these outcomes, in that order.
  ResultSummary EndWith(const std::vector<PublicationOutcome>& outcomes) {
    std::vector<std::int64_t> users(outcomes.size());
    std::iota(users.begin(), users.end(), 1);
    const auto batch = Publish(EventFor(users));
    std::vector<PublicationOutcome> by_position;
    for (std::uint32_t position = 0; position < outcomes.size(); ++position) {
      by_position.push_back(outcomes[UserAt(*batch, position) - 1]);
    }
    publisher_.End(batch, by_position);
    return summary_;
  }

  static std::size_t UserAt(const EventBatch& batch, std::uint32_t position) {
    std::string topic;
    batch.WriteTopic(position, topic);
    return std::stoul(topic.substr(topic.rfind('/') + 1));
  }

  static PublicationOutcome Acknowledged(std::uint8_t code = 0) {
    return {mqtt::OutcomeOf(code), code, false};
  }
  static PublicationOutcome Rejected(std::uint8_t code) {
    return {Outcome::kRejected, code, false};
  }

  FakePublisher publisher_{4};
  Fanout fanout_{publisher_, Topics(), {std::chrono::seconds(86400), 100, 100000}};
  int done_count_ = 0;
  ResultSummary summary_;
  std::vector<PublicationOutcome> outcomes_;
};

TEST(FanoutOptionsTest, DefaultsAreThoseOfTheSettings) {
  const FanoutOptions options;
  EXPECT_EQ(options.default_expiry, std::chrono::hours(24));
  EXPECT_EQ(options.max_pending_publications, 1000000U);
  EXPECT_EQ(options.max_pending_bytes, std::size_t{256} << 20);
}

TEST_F(FanoutTest, PublishesOnceToTheTopicOfEachRecipient) {
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

TEST_F(FanoutTest, PublishesToNamedTopics) {
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

TEST_F(FanoutTest, AnOverlayIsAddedOnlyForItsUser) {
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

TEST_F(FanoutTest, SpreadsUsersOverAllSessionsConsistently) {
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

TEST_F(FanoutTest, GivesThePublicationItsProperties) {
  Event event = EventFor({1});
  event.traceparent = "00-1-1-00";
  event.qos = mqtt::Qos::kAtMostOnce;
  const auto batch = Publish(std::move(event));
  const mqtt::PublishOptions& options = batch->options();
  EXPECT_EQ(options.content_type, "application/json");
  EXPECT_EQ(batch->event_id().size(), 36U);
  std::string scratch;
  EXPECT_EQ(batch->PayloadOf(0, scratch), batch->payload());
  EXPECT_FALSE(batch->payload().empty());
  EXPECT_THAT(options.user_properties,
              ElementsAre(Pair("event_id", batch->event_id()), Pair("event_type", "message"),
                          Pair("traceparent", "00-1-1-00")));
  EXPECT_EQ(options.qos, mqtt::Qos::kAtMostOnce);
}

TEST_F(FanoutTest, KeepsWhatTheEventStates) {
  Event event = EventFor({1});
  event.event_id = "id";
  event.lane = 3;
  event.deadline = Clock::now() + std::chrono::minutes(1);
  const auto deadline = event.deadline;
  const auto batch = Publish(std::move(event));
  EXPECT_EQ(batch->event_id(), "id");
  EXPECT_EQ(batch->options().lane, 3U);
  EXPECT_EQ(batch->options().deadline, deadline);
  EXPECT_THAT(batch->options().user_properties,
              ElementsAre(Pair("event_id", "id"), Pair("event_type", "message")));
}

TEST_F(FanoutTest, ARecipientTakesMemoryForIdPlaceAndOutcome) {
  const std::size_t taken =
      Admission::kBytesPerCall + 10 * (8 + 4 + sizeof(mqtt::PublicationOutcome));
  EXPECT_EQ(fanout_.WouldRefuse(10, 100000 - taken), std::nullopt);
  EXPECT_EQ(fanout_.WouldRefuse(10, 100000 - taken + 1), Refusal::kOverloaded);
}

TEST_F(FanoutTest, ExpiryCountsFromNowAndHasADefault) {
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

TEST_F(FanoutTest, NothingIsSentAfterTheExpiry) {
  Event event = EventFor({1});
  event.expiry = std::chrono::seconds(1);
  const auto batch = Publish(std::move(event));
  EXPECT_EQ(batch->options().deadline, batch->options().expires_at);
}

TEST_F(FanoutTest, RefusesWhenNoSessionIsConnected) {
  publisher_.set_connected(false);
  EXPECT_EQ(std::get<Refusal>(fanout_.Admit(1, 1)), Refusal::kUnreachable);
}

TEST_F(FanoutTest, RefusesWhatDoesNotFitAndAdmitsItLater) {
  EXPECT_EQ(fanout_.options().max_pending_publications, 100U);
  std::vector<std::int64_t> users(60);
  std::iota(users.begin(), users.end(), 1);
  const auto first = Publish(EventFor(users));
  EXPECT_EQ(std::get<Refusal>(fanout_.Admit(41, 1)), Refusal::kOverloaded);
  publisher_.End(first, Acknowledged());
  EXPECT_TRUE(std::holds_alternative<Admission::Ticket>(fanout_.Admit(100, 1)));
  EXPECT_EQ(std::get<Refusal>(fanout_.Admit(1, 100001)), Refusal::kOverloaded);
}

TEST_F(FanoutTest, RoomIsReleasedBeforeTheCallIsDone) {
  auto admitted = fanout_.Admit(100, 1);
  Event event = EventFor({1});
  bool room = false;
  const auto batch = fanout_.Publish(
      std::get<Admission::Ticket>(std::move(admitted)), std::move(event), [&](const EventBatch&) {
        room = std::holds_alternative<Admission::Ticket>(fanout_.Admit(100, 1));
      });
  publisher_.End(batch, Acknowledged());
  EXPECT_TRUE(room);
}

TEST_F(FanoutTest, StopEndsAnEventOnce) {
  const auto batch = Publish(EventFor({1, 2}));
  fanout_.Stop(batch);
  EXPECT_EQ(done_count_, 1);
  EXPECT_EQ(summary_.failure, Failure::kTimeUp);
  fanout_.Stop(batch);
  EXPECT_EQ(done_count_, 1);
}

TEST_F(FanoutTest, CountsAcknowledgedRecipientsAndThoseWithoutSubscriber) {
  const ResultSummary summary = EndWith({Acknowledged(), Acknowledged(0x10), Acknowledged()});
  EXPECT_EQ(summary.failure, Failure::kNone);
  EXPECT_EQ(summary.acknowledged_count, 3U);
  EXPECT_EQ(summary.no_subscriber_count, 1U);
}

struct FailureCase {
  const char* name;
  std::vector<PublicationOutcome> outcomes;
  Failure failure;
  std::uint8_t reason_code;
};

TEST_F(FanoutTest, TheWorstOutcomeMakesTheFailure) {
  const PublicationOutcome time_up{Outcome::kUnknown, 0, false};
  const PublicationOutcome unreachable{Outcome::kNotSent, 0, true};
  const std::vector<FailureCase> cases = {
      {"one without answer", {Acknowledged(), time_up}, Failure::kTimeUp, 0},
      {"one unreachable", {Acknowledged(), time_up, unreachable}, Failure::kUnreachable, 0},
      {"unspecified error", {Acknowledged(), Rejected(0x80)}, Failure::kBusy, 0x80},
      {"implementation specific", {Rejected(0x83), Acknowledged()}, Failure::kBusy, 0x83},
      {"quota", {unreachable, Rejected(0x97), time_up}, Failure::kBusy, 0x97},
      {"not authorized", {Rejected(0x97), Rejected(0x87)}, Failure::kNotAuthorized, 0x87},
      {"other code", {Rejected(0x87), Rejected(0x90), time_up}, Failure::kRefused, 0x90},
      {"the first of two alike", {Rejected(0x90), Rejected(0x99)}, Failure::kRefused, 0x90},
      {"unknown code", {Acknowledged(), Rejected(0xEE)}, Failure::kRefused, 0xEE},
      {"limit", {Rejected(0x90), {Outcome::kNotSent, 0x95, false}}, Failure::kLimit, 0x95},
      {"limit when sent again", {{Outcome::kUnknown, 0x9B, false}}, Failure::kLimit, 0x9B},
      {"refused with a limit's code", {Rejected(0x95)}, Failure::kRefused, 0x95},
      {"refused when sent again", {{Outcome::kUnknown, 0x97, false}}, Failure::kBusy, 0x97},
  };
  for (const FailureCase& c : cases) {
    SCOPED_TRACE(c.name);
    const ResultSummary summary = EndWith(c.outcomes);
    EXPECT_EQ(summary.failure, c.failure);
    EXPECT_EQ(summary.reason_code, c.reason_code);
  }
}

}  // namespace
}  // namespace dino::fanout
