#include "server/metrics/family.h"

#include <gtest/gtest.h>

#include <limits>

namespace dino::metrics {
namespace {

TEST(FamilyTest, HistogramBucketsAreCumulative) {
  Histogram histogram({1000, 2000});
  for (const std::uint64_t value : {500, 1500, 1600, 9000}) histogram.Observe(value);
  Families families;
  Family::OfHistogram("name", "Help.").Add(histogram, 1e-3, {{"a", "b"}}).Into(families);
  const prometheus::ClientMetric& metric = families.at(0).metric.at(0);
  EXPECT_EQ(families[0].type, prometheus::MetricType::Histogram);
  EXPECT_EQ(metric.label.at(0).value, "b");
  EXPECT_EQ(metric.histogram.sample_count, 4U);
  EXPECT_DOUBLE_EQ(metric.histogram.sample_sum, 12.6);
  ASSERT_EQ(metric.histogram.bucket.size(), 3U);
  EXPECT_EQ(metric.histogram.bucket[0].cumulative_count, 1U);
  EXPECT_DOUBLE_EQ(metric.histogram.bucket[0].upper_bound, 1);
  EXPECT_EQ(metric.histogram.bucket[1].cumulative_count, 3U);
  EXPECT_EQ(metric.histogram.bucket[2].cumulative_count, 4U);
  EXPECT_EQ(metric.histogram.bucket[2].upper_bound, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace dino::metrics
