#include "server/fanout/publication_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/support/mqtt/fake_publisher.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;

TEST(PublicationMeterTest, CountsOutcomesByKind) {
  PublicationMeter meter({"message", "custom"});
  meter.Ended(1, {{Outcome::kAcknowledged, 0, false},
                  {Outcome::kAcknowledged, 0, false},
                  {Outcome::kNoSubscriber, mqtt::kNoMatchingSubscribers, false},
                  {Outcome::kRejected, mqtt::kNotAuthorized, false},
                  {Outcome::kNotSent, 0, true},
                  {Outcome::kUnknown, 0, false}});
  EXPECT_EQ(meter.ended(1, Outcome::kAcknowledged), 2U);
  EXPECT_EQ(meter.ended(1, Outcome::kNoSubscriber), 1U);
  EXPECT_EQ(meter.ended(1, Outcome::kRejected), 1U);
  EXPECT_EQ(meter.ended(1, Outcome::kNotSent), 1U);
  EXPECT_EQ(meter.ended(1, Outcome::kUnknown), 1U);
  EXPECT_EQ(meter.ended(0, Outcome::kAcknowledged), 0U);
  EXPECT_THAT(meter.kinds(), ::testing::ElementsAre("message", "custom"));
}

TEST(PublicationMeterTest, CountsRecipientsInTheBucketsOfTheMetric) {
  PublicationMeter meter({"message"});
  const std::vector<std::size_t> bounds = {1,   2,   5,    10,   20,   50,   100,
                                           200, 500, 1000, 2000, 5000, 10000};
  std::vector<std::uint64_t> expected(bounds.size() + 1, 0);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    meter.Began(bounds[i]);
    ++expected[i];
    EXPECT_EQ(meter.recipients().Read().counts, expected) << bounds[i];
    meter.Began(bounds[i] + 1);
    ++expected[i + 1];
    EXPECT_EQ(meter.recipients().Read().counts, expected) << bounds[i] + 1;
  }
}

TEST(PublicationMeterTest, NamesEveryOutcomeInItsPlace) {
  std::vector<std::string_view> names;
  auto next = static_cast<std::uint8_t>(Outcome::kPending);
  for (const auto& [outcome, name] : PublicationMeter::kOutcomes) {
    EXPECT_EQ(static_cast<std::uint8_t>(outcome), ++next) << name;
    names.push_back(name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("acknowledged", "no_subscriber", "rejected", "not_sent",
                                            "unknown"));
}

class PublisherMeterTest : public ::testing::Test {
 protected:
  static FanoutOptions Options() {
    FanoutOptions options;
    options.kinds = {"message", "custom"};
    return options;
  }

  static Event EventFor(Recipients recipients) {
    Event event;
    event.type = "message";
    event.json = "{}";
    event.recipients = std::move(recipients);
    event.deadline = Clock::now() + std::chrono::hours(1);
    return event;
  }

  std::uint64_t ended(Outcome outcome) const { return direct_.meter().ended(0, outcome); }

  testing::FakePublisher publisher_{1};
  DirectPublisher direct_{publisher_, *TopicTemplate::Parse("{environment}/{user_id}", "test"),
                          Options()};
  KeyedPublisher keyed_{direct_, direct_.admission(), {}};
};

TEST_F(PublisherMeterTest, IsUpToDateWhenTheCallIsDone) {
  std::uint64_t acknowledged = 0;
  direct_.Publish(EventFor({1, 2}), [&](const EventPublisher::Result&) {
    acknowledged = ended(Outcome::kAcknowledged);
  });
  EXPECT_EQ(direct_.meter().recipients().Read().sum, 2U);
  publisher_.End(publisher_.WaitForBatch(), {Outcome::kAcknowledged, 0, false});
  EXPECT_EQ(acknowledged, 2U);
}

TEST_F(PublisherMeterTest, ADryRunIsNotCounted) {
  EXPECT_EQ(direct_.WouldRefuse(EventFor({1, 2, 3})), std::nullopt);
  EXPECT_EQ(direct_.meter().recipients().Read().sum, 0U);
}

TEST_F(PublisherMeterTest, CountsAKeyedEventAsOneOfItsKind) {
  Event event = EventFor({1});
  event.kind = 1;
  event.id = EventIdOf("caller", "key");
  event.keyed = true;
  keyed_.Publish(std::move(event), [](const EventPublisher::Result&) {});
  publisher_.End(publisher_.WaitForBatch(), {Outcome::kAcknowledged, 0, false});
  EXPECT_EQ(direct_.meter().ended(1, Outcome::kAcknowledged), 1U);
}

TEST_F(PublisherMeterTest, ARepeatedEventCountsOnlyMissingRecipients) {
  for (int call = 0; call < 2; ++call) {
    Event event = EventFor({1, 2});
    event.id = EventIdOf("caller", "key");
    event.keyed = true;
    keyed_.Publish(std::move(event), [](const EventPublisher::Result&) {});
    const mqtt::PublicationOutcome acknowledged{Outcome::kAcknowledged, 0, false};
    const mqtt::PublicationOutcome unknown{Outcome::kUnknown, 0, true};
    publisher_.End(publisher_.WaitForBatch(),
                   call == 0 ? std::vector{acknowledged, unknown} : std::vector{acknowledged});
  }
  EXPECT_EQ(direct_.meter().recipients().Read().sum, 3U);
  EXPECT_EQ(ended(Outcome::kAcknowledged), 2U);
  EXPECT_EQ(ended(Outcome::kUnknown), 1U);
}

}  // namespace
}  // namespace dino::fanout
