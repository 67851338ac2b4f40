#include "bench/base/measured_span.h"

#include <gtest/gtest.h>

namespace dino::bench {
namespace {

using std::chrono::milliseconds;

constexpr Clock::time_point kBegin(std::chrono::hours(1));

SpanOptions Options() {
  SpanOptions options;
  options.warm_up = milliseconds(10);
  options.duration = milliseconds(100);
  return options;
}

TEST(MeasuredSpanTest, ExcludesWarmUpAndWhatFollows) {
  MeasuredSpan span(Options());
  EXPECT_FALSE(span.Add(7, kBegin));
  EXPECT_FALSE(span.Add(7, kBegin + milliseconds(10)));
  EXPECT_TRUE(span.Add(3, kBegin + milliseconds(60)));
  EXPECT_FALSE(span.ended());
  EXPECT_TRUE(span.Add(2, kBegin + milliseconds(110)));
  EXPECT_TRUE(span.ended());
  EXPECT_FALSE(span.Add(7, kBegin + milliseconds(111)));

  EXPECT_EQ(span.completions(), 5U);
  EXPECT_DOUBLE_EQ(span.seconds(), 0.1);
  EXPECT_DOUBLE_EQ(span.per_second(), 50);
  EXPECT_EQ(span.total(), 26U);
}

TEST(MeasuredSpanTest, LastsUntilThereAreEnoughCompletions) {
  SpanOptions options = Options();
  options.least_warm_up = 2;
  options.least_completions = 2;
  MeasuredSpan span(options);
  EXPECT_FALSE(span.Add(1, kBegin));
  EXPECT_FALSE(span.Add(1, kBegin + milliseconds(20)));
  EXPECT_TRUE(span.Add(1, kBegin + milliseconds(200)));
  EXPECT_FALSE(span.ended());
  EXPECT_TRUE(span.Add(1, kBegin + milliseconds(220)));
  EXPECT_TRUE(span.ended());
  EXPECT_DOUBLE_EQ(span.per_second(), 10);
}

TEST(MeasuredSpanTest, HasNoResultBeforeItsEnd) {
  MeasuredSpan span(Options());
  span.Add(1, kBegin);
  span.Add(1, kBegin + milliseconds(20));
  EXPECT_EQ(span.completions(), 0U);
  EXPECT_EQ(span.per_second(), 0);
  EXPECT_EQ(span.processor_microseconds(), 0);
}

TEST(MeasuredSpanTest, WithoutCompletionsThereIsNoResult) {
  MeasuredSpan span(Options());
  EXPECT_FALSE(span.Add(0, kBegin));
  EXPECT_FALSE(span.Add(1, kBegin + milliseconds(50)));
  EXPECT_FALSE(span.ended());
}

}  // namespace
}  // namespace dino::bench
