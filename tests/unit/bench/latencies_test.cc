#include "bench/base/latencies.h"

#include <gtest/gtest.h>

namespace dino::bench {
namespace {

using std::chrono::nanoseconds;

Latencies UpTo(int count) {
  Latencies latencies;
  // Largest first: the order must not matter.
  for (int i = count; i > 0; --i) latencies.Add(nanoseconds(i));
  return latencies;
}

TEST(LatenciesTest, AQuantileIsAMeasuredValue) {
  const Latencies latencies = UpTo(100);
  EXPECT_EQ(latencies.Quantile(0.5), nanoseconds(50));
  EXPECT_EQ(latencies.Quantile(0.99), nanoseconds(99));
  EXPECT_EQ(latencies.Quantile(0.991), nanoseconds(100));
  EXPECT_EQ(latencies.Quantile(1), nanoseconds(100));
}

TEST(LatenciesTest, OneLatencyIsEveryQuantile) {
  const Latencies latencies = UpTo(1);
  EXPECT_EQ(latencies.Quantile(0.001), nanoseconds(1));
  EXPECT_EQ(latencies.Quantile(1), nanoseconds(1));
}

TEST(LatenciesTest, WithoutLatenciesQuantilesAreZero) {
  EXPECT_EQ(Latencies().Quantile(0.99), nanoseconds(0));
}

TEST(LatenciesTest, MergesOthersAfterAQuantile) {
  Latencies latencies = UpTo(2);
  EXPECT_EQ(latencies.Quantile(1), nanoseconds(2));
  latencies.Add(UpTo(10));
  EXPECT_EQ(latencies.count(), 12U);
  EXPECT_EQ(latencies.Quantile(1), nanoseconds(10));
}

}  // namespace
}  // namespace dino::bench
