#include "server/fanout/acknowledgements.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace dino::fanout {
namespace {

constexpr std::uint8_t kNoSubscriber = 0x10;

class AcknowledgementsTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(AcknowledgementsTest, KnowsEachRecipient) {
  const std::uint32_t count = GetParam();
  Acknowledgements acknowledgements(count);
  for (std::uint32_t i = 0; i < count; i += 3) acknowledgements.Add(i, 0);
  for (std::uint32_t i = 1; i < count; i += 3) acknowledgements.Add(i, kNoSubscriber);

  for (std::uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(acknowledgements.Has(i), i % 3 != 2) << i;
    if (i % 3 == 2) continue;
    ASSERT_EQ(acknowledgements.SettlementOf(i).outcome, mqtt::Outcome::kAcknowledged);
    ASSERT_EQ(acknowledgements.SettlementOf(i).reason_code, i % 3 == 0 ? 0 : kNoSubscriber) << i;
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
    const auto code = [&](std::uint32_t i) {
      return kind == 1 || (kind == 2 && i % 2 == 1) ? kNoSubscriber : std::uint8_t{0};
    };
    for (std::uint32_t i = count; i > 0; --i) acknowledgements.Add(i - 1, code(i - 1));

    EXPECT_TRUE(acknowledgements.complete());
    EXPECT_EQ(acknowledgements.count(), count);
    for (std::uint32_t i = 0; i < count; ++i) {
      ASSERT_TRUE(acknowledgements.Has(i));
      ASSERT_EQ(acknowledgements.SettlementOf(i).reason_code, code(i)) << kind << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, AcknowledgementsTest,
                         ::testing::Values(1, 2, 31, 32, 33, 64, 65, 10000));

TEST(AcknowledgementsTest, ASecondAcknowledgementChangesNothing) {
  Acknowledgements acknowledgements(2);
  acknowledgements.Add(1, 0);
  acknowledgements.Add(1, kNoSubscriber);

  EXPECT_EQ(acknowledgements.count(), 1U);
  EXPECT_EQ(acknowledgements.no_subscriber_count(), 0U);
  EXPECT_FALSE(acknowledgements.Has(0));
}

}  // namespace
}  // namespace dino::fanout
