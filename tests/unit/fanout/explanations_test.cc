#include "server/fanout/explanations.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace dino::fanout {
namespace {

ResultSummary Explain(const Explanations& explanations, std::uint8_t reason_code) {
  ResultSummary summary;
  summary.reason_code = reason_code;
  explanations.Write(summary);
  return summary;
}

TEST(ExplanationsTest, TheFirstOfEachCodeIsKept) {
  Explanations explanations;
  explanations.Add({0x87, "first"});
  explanations.Add({0x87, "second"});
  explanations.Add({0x95, "", 100, 120});
  EXPECT_EQ(Explain(explanations, 0x87).reason_string, "first");
  EXPECT_EQ(Explain(explanations, 0x95).reason_string, "");
  EXPECT_EQ(Explain(explanations, 0x95).limit, 100U);
  EXPECT_EQ(Explain(explanations, 0x95).actual, 120U);
}

TEST(ExplanationsTest, AnotherCodeIsNotExplained) {
  Explanations explanations;
  explanations.Add({0x87, "first"});
  EXPECT_EQ(Explain(explanations, 0x97).reason_string, "");
}

TEST(ExplanationsTest, ABrokerWithManyCodesDoesNotFillTheMemory) {
  Explanations explanations;
  for (std::uint8_t code = 0x80; code < 0x90; ++code) explanations.Add({code, "why"});
  EXPECT_EQ(Explain(explanations, 0x87).reason_string, "why");
  EXPECT_EQ(Explain(explanations, 0x88).reason_string, "");
}

}  // namespace
}  // namespace dino::fanout
