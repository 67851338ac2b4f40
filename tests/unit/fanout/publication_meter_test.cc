#include "server/fanout/publication_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

#include "server/fanout/fanout.h"
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

class FanoutMeterTest : public ::testing::Test {
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

  std::uint64_t ended(Outcome outcome) const { return fanout_.meter().ended(0, outcome); }

  testing::FakePublisher publisher_{1};
  Fanout fanout_{publisher_, *TopicTemplate::Parse("{environment}/{user_id}", "test"), Options()};
};

TEST_F(FanoutMeterTest, IsUpToDateWhenTheCallIsDone) {
  std::uint64_t acknowledged = 0;
  auto admitted = fanout_.Admit(2, 100);
  fanout_.Publish(std::get<Admission::Ticket>(std::move(admitted)), EventFor({1, 2}),
                  [&](const EventBatch&) { acknowledged = ended(Outcome::kAcknowledged); });
  EXPECT_EQ(fanout_.meter().recipients().Read().sum, 2U);
  publisher_.End(publisher_.WaitForBatch(), {Outcome::kAcknowledged, 0, false});
  EXPECT_EQ(acknowledged, 2U);
}

TEST_F(FanoutMeterTest, ADryRunIsNotCounted) {
  EXPECT_EQ(fanout_.WouldRefuse(3, 100), std::nullopt);
  EXPECT_EQ(fanout_.meter().recipients().Read().sum, 0U);
}

TEST_F(FanoutMeterTest, CountsAKeyedEventAsOneOfItsKind) {
  Event event = EventFor({1});
  event.kind = 1;
  fanout_.keyed_calls().Publish("key", std::move(event), 100, [](const KeyedResult&) {});
  publisher_.End(publisher_.WaitForBatch(), {Outcome::kAcknowledged, 0, false});
  EXPECT_EQ(fanout_.meter().ended(1, Outcome::kAcknowledged), 1U);
}

TEST_F(FanoutMeterTest, ARepeatedEventCountsOnlyMissingRecipients) {
  for (int call = 0; call < 2; ++call) {
    fanout_.keyed_calls().Publish("key", EventFor({1, 2}), 100, [](const KeyedResult&) {});
    const mqtt::PublicationOutcome acknowledged{Outcome::kAcknowledged, 0, false};
    const mqtt::PublicationOutcome unknown{Outcome::kUnknown, 0, true};
    publisher_.End(publisher_.WaitForBatch(),
                   call == 0 ? std::vector{acknowledged, unknown} : std::vector{acknowledged});
  }
  EXPECT_EQ(fanout_.meter().recipients().Read().sum, 3U);
  EXPECT_EQ(ended(Outcome::kAcknowledged), 2U);
  EXPECT_EQ(ended(Outcome::kUnknown), 1U);
}

}  // namespace
}  // namespace dino::fanout
