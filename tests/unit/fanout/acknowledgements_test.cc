#include "server/fanout/acknowledgements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using ::testing::ElementsAre;

class AcknowledgementsTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(AcknowledgementsTest, KnowsEachRecipient) {
  const std::uint32_t count = GetParam();
  Acknowledgements acknowledgements(count);
  for (std::uint32_t i = 0; i < count; i += 3) acknowledgements.Add(i, Outcome::kAcknowledged);
  for (std::uint32_t i = 1; i < count; i += 3) acknowledgements.Add(i, Outcome::kNoSubscriber);

  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(acknowledgements.Has(i), i % 3 != 2) << i;
    if (i % 3 == 2) continue;
    const mqtt::PublicationOutcome outcome = acknowledgements.OutcomeOf(i);
    ASSERT_EQ(outcome.outcome, i % 3 == 0 ? Outcome::kAcknowledged : Outcome::kNoSubscriber);
    ASSERT_EQ(outcome.reason_code, i % 3 == 0 ? 0 : 0x10) << i;
  }
  EXPECT_EQ(acknowledgements.recipient_count(), count);
  EXPECT_EQ(acknowledgements.count(), (count + 2) / 3 + (count + 1) / 3);
  EXPECT_EQ(acknowledgements.no_subscriber_count(), (count + 1) / 3);
  EXPECT_EQ(acknowledgements.complete(), count < 3);
}

TEST_P(AcknowledgementsTest, KnowsEachRecipientOnceComplete) {
  const std::uint32_t count = GetParam();
  for (const int kind : {0, 1, 2}) {  // None, all, or the odd ones without subscriber.
    Acknowledgements acknowledgements(count);
    const auto outcome = [&](std::uint32_t i) {
      const bool no_subscriber = kind == 1 || (kind == 2 && i % 2 == 1);
      return no_subscriber ? Outcome::kNoSubscriber : Outcome::kAcknowledged;
    };
    for (std::uint32_t i = count; i > 0; --i) acknowledgements.Add(i - 1, outcome(i - 1));

    EXPECT_TRUE(acknowledgements.complete());
    EXPECT_EQ(acknowledgements.count(), count);
    for (std::uint32_t i = 0; i < count; ++i) {
      ASSERT_TRUE(acknowledgements.Has(i));
      ASSERT_EQ(acknowledgements.OutcomeOf(i).outcome, outcome(i)) << kind << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, AcknowledgementsTest,
                         ::testing::Values(1, 2, 31, 32, 33, 64, 65, 10000));

TEST(AcknowledgementsTest, ASecondAcknowledgementChangesNothing) {
  Acknowledgements acknowledgements(2);
  acknowledgements.Add(1, Outcome::kAcknowledged);
  acknowledgements.Add(1, Outcome::kNoSubscriber);

  EXPECT_EQ(acknowledgements.count(), 1U);
  EXPECT_EQ(acknowledgements.no_subscriber_count(), 0U);
  EXPECT_FALSE(acknowledgements.Has(0));
}

TEST(AcknowledgementsTest, KnowsWhoIsMissing) {
  Acknowledgements acknowledgements(3);
  acknowledgements.Add(1, Outcome::kAcknowledged);
  EXPECT_THAT(acknowledgements.Missing({10, 20, 30}).user_ids(), ElementsAre(10, 30));
}

std::vector<Outcome> OutcomesOf(const std::vector<mqtt::PublicationOutcome>& publication_outcomes) {
  std::vector<Outcome> outcomes;
  for (const mqtt::PublicationOutcome& outcome : publication_outcomes) {
    outcomes.push_back(outcome.outcome);
  }
  return outcomes;
}

TEST(AcknowledgementsTest, AllHasKnownAndMissingOutcomes) {
  Acknowledgements acknowledgements(3);
  acknowledgements.Add(1, Outcome::kNoSubscriber);
  EXPECT_THAT(OutcomesOf(acknowledgements.All({Outcome::kUnknown, 0, false})),
              ElementsAre(Outcome::kUnknown, Outcome::kNoSubscriber, Outcome::kUnknown));
}

TEST(AcknowledgementsTest, MergeAddsAcknowledgements) {
  Acknowledgements acknowledgements(4);
  acknowledgements.Add(1, Outcome::kAcknowledged);
  const auto all = acknowledgements.Merge({{Outcome::kNoSubscriber, 0x10, false},
                                           {Outcome::kRejected, 0x87, false},
                                           {Outcome::kAcknowledged, 0, false}});
  EXPECT_THAT(OutcomesOf(all), ElementsAre(Outcome::kNoSubscriber, Outcome::kAcknowledged,
                                           Outcome::kRejected, Outcome::kAcknowledged));
  EXPECT_EQ(acknowledgements.count(), 3U);
  EXPECT_EQ(acknowledgements.no_subscriber_count(), 1U);
  EXPECT_FALSE(acknowledgements.Has(2));
}

}  // namespace
}  // namespace dino::fanout
