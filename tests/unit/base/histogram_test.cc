#include "server/base/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace dino {
namespace {

using ::testing::ElementsAre;

TEST(HistogramTest, BoundsAreInclusiveUpperBounds) {
  Histogram histogram({10, 20});
  for (const std::uint64_t value : {0, 10, 11, 20, 21}) histogram.Observe(value);
  const Histogram::Reading reading = histogram.Read();
  EXPECT_THAT(reading.counts, ElementsAre(2U, 2U, 1U));
  EXPECT_EQ(reading.sum, 62U);
}

TEST(HistogramTest, TimesAreNanosecondsAndNotNegative) {
  Histogram histogram({1000});
  histogram.Observe(std::chrono::microseconds(2));
  histogram.Observe(std::chrono::nanoseconds(-5));
  const Histogram::Reading reading = histogram.Read();
  EXPECT_THAT(reading.counts, ElementsAre(1U, 1U));
  EXPECT_EQ(reading.sum, 2000U);
}

TEST(HistogramTest, ATallyCountsLikeTheHistogramItself) {
  Histogram one({1000, 2000, 5000});
  Histogram other({1000, 2000, 5000});
  {
    Histogram::Tally tally(other);
    for (const int value : {0, 0, 1, 1000, 1001, 2000, 1500, 5001, 900000, 3000, 1, 0, -5}) {
      one.Observe(std::chrono::nanoseconds(value));
      tally.Observe(std::chrono::nanoseconds(value));
    }
  }
  EXPECT_EQ(other.Read().counts, one.Read().counts);
  EXPECT_EQ(other.Read().sum, one.Read().sum);
}

TEST(HistogramTest, LatencyBoundsGoFrom100MicrosecondsTo30Seconds) {
  const std::vector<std::uint64_t> bounds = LatencyBounds();
  EXPECT_EQ(bounds.size(), 17U);
  EXPECT_EQ(bounds.front(), 100'000U);
  EXPECT_EQ(bounds.back(), 30'000'000'000U);
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
}

TEST(QuantileTest, LiesWithinTheBoundsOfItsBucket) {
  const std::vector<std::uint64_t> bounds = {10, 20, 40};
  EXPECT_EQ(Quantile(bounds, {0, 0, 0, 0}, 0.5), std::nullopt);
  EXPECT_EQ(Quantile(bounds, {10, 0, 0, 0}, 0.5), 5);
  EXPECT_EQ(Quantile(bounds, {50, 50, 0, 0}, 0.5), 10);
  EXPECT_EQ(Quantile(bounds, {50, 0, 50, 0}, 0.75), 30);
  EXPECT_EQ(Quantile(bounds, {0, 0, 1, 0}, 1), 40);
  EXPECT_EQ(Quantile(bounds, {1, 0, 0, 99}, 0.99), 40) << "above all bounds";
}

}  // namespace
}  // namespace dino
