#include "server/trace/sampler.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/base/hex.h"

namespace dino::trace {
namespace {

constexpr char kTraceId[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kParentId[] = "b7ad6b7169203331";

std::string Traceparent(const std::string& flags) {
  return std::string("00-") + kTraceId + "-" + kParentId + "-" + flags;
}

TEST(SamplerTest, FollowsTheCaller) {
  for (const double ratio : {0.0, 1.0}) {
    const Sampler sampler(ratio);
    const auto sampled = sampler.Sample(Traceparent("01"));
    ASSERT_TRUE(sampled.has_value()) << ratio;
    EXPECT_EQ(sampled->trace_id, kTraceId);
    EXPECT_EQ(sampled->parent_id, kParentId);
    EXPECT_NE(sampled->span_id, kParentId);
    EXPECT_FALSE(sampler.Sample(Traceparent("00")).has_value()) << ratio;
  }
}

TEST(SamplerTest, DrawsTracesOfItsOwnByTheRatio) {
  constexpr int kCalls = 20000;
  constexpr double kRatio = 0.25;
  const Sampler sampler(kRatio);
  std::set<std::string> traces;
  for (int i = 0; i < kCalls; ++i) {
    const auto sampled = sampler.Sample("");
    if (!sampled.has_value()) continue;
    EXPECT_EQ(sampled->trace_id.size(), 32U);
    EXPECT_EQ(sampled->span_id.size(), 16U);
    EXPECT_TRUE(IsLowerHex(sampled->trace_id + sampled->span_id));
    EXPECT_EQ(sampled->parent_id, "");
    EXPECT_TRUE(traces.insert(sampled->trace_id).second);
  }
  // Eight standard deviations.
  EXPECT_NEAR(static_cast<double>(traces.size()), kRatio * kCalls, 500);
}

TEST(SamplerTest, NoneAndAll) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(Sampler(0).Sample("").has_value());
    EXPECT_TRUE(Sampler(1).Sample("").has_value());
  }
}

TEST(ChildOfTest, IsAnotherSpanOfTheSameTrace) {
  const SpanContext parent = *Sampler(1).Sample("");
  const SpanContext child = ChildOf(parent);
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_EQ(child.parent_id, parent.span_id);
  EXPECT_NE(child.span_id, parent.span_id);
}

}  // namespace
}  // namespace dino::trace
