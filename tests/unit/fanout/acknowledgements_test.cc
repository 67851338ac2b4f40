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

TEST(AcknowledgementsTest, AreThoseAmongOutcomes) {
  const Acknowledgements acknowledgements({{Outcome::kNoSubscriber, 0x10, false},
                                           {Outcome::kRejected, 0x87, false},
                                           {Outcome::kAcknowledged, 0, false},
                                           {Outcome::kUnknown, 0, false}});
  EXPECT_EQ(acknowledgements.count(), 2U);
  EXPECT_EQ(acknowledgements.no_subscriber_count(), 1U);
  EXPECT_TRUE(acknowledgements.Has(0));
  EXPECT_FALSE(acknowledgements.Has(1));
  EXPECT_TRUE(acknowledgements.Has(2));
}

TEST(AcknowledgementsTest, AddAllKeepsWhatIsKnown) {
  Acknowledgements some(3);
  some.Add(0, Outcome::kAcknowledged);
  Acknowledgements others(3);
  others.Add(0, Outcome::kNoSubscriber);
  others.Add(2, Outcome::kNoSubscriber);
  some.AddAll(others);
  EXPECT_EQ(some.count(), 2U);
  EXPECT_EQ(some.OutcomeOf(0).outcome, Outcome::kAcknowledged);
  EXPECT_EQ(some.OutcomeOf(2).outcome, Outcome::kNoSubscriber);
}

TEST(AcknowledgementsTest, TakesABitARecipientAndAnotherIfNeeded) {
  EXPECT_EQ(Acknowledgements(64).bytes(), 0U);
  Acknowledgements many(6400);
  EXPECT_EQ(many.bytes(), 800U);
  many.Add(1, Outcome::kNoSubscriber);
  EXPECT_EQ(many.bytes(), 1600U);
}

}  // namespace
}  // namespace dino::fanout
