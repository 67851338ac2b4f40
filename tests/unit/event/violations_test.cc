#include "server/event/violations.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::event {
namespace {

Violations Filled(int count) {
  Violations violations;
  for (int i = 0; i < count; ++i) violations.Add("f" + std::to_string(i), "is wrong");
  return violations;
}

TEST(ViolationsTest, StartEmpty) {
  const Violations violations;
  EXPECT_TRUE(violations.empty());
  EXPECT_FALSE(violations.full());
  EXPECT_EQ(violations.total(), 0U);
  EXPECT_EQ(violations.Summary(), "");
}

TEST(ViolationsTest, AreListedInOrder) {
  const Violations violations = Filled(2);
  EXPECT_FALSE(violations.empty());
  ASSERT_EQ(violations.listed().size(), 2U);
  EXPECT_EQ(violations.listed()[0].field, "f0");
  EXPECT_EQ(violations.listed()[1].field, "f1");
  EXPECT_EQ(violations.listed()[1].description, "is wrong");
}

TEST(ViolationsTest, AreListedUpToFiftyAndTheRestCounted) {
  EXPECT_FALSE(Filled(49).full());
  EXPECT_TRUE(Filled(50).full());
  Violations violations = Filled(51);
  EXPECT_EQ(violations.listed().size(), 50U);
  EXPECT_EQ(violations.total(), 51U);
  violations.AddUnlisted();
  EXPECT_EQ(violations.listed().size(), 50U);
  EXPECT_EQ(violations.total(), 52U);
}

TEST(ViolationsTest, AreListedUpToFourKibibytesAndTheRestCounted) {
  Violations violations;
  for (int i = 0; i < 30; ++i) violations.Add("field", std::string(200, 'x'));
  EXPECT_TRUE(violations.full());
  EXPECT_EQ(violations.total(), 30U);
  std::size_t bytes = 0;
  for (const Violation& violation : violations.listed()) {
    bytes += violation.field.size() + violation.description.size();
  }
  EXPECT_LE(bytes, 4096U);
  EXPECT_GT(bytes, 3600U);
}

TEST(ViolationsTest, AreListedIfTheyFillFourKibibytesExactly) {
  // The encoding of a violation takes nine bytes.
  const std::string description(4096 - 2 * (9 + 1), 'x');
  Violations fitting;
  fitting.Add("a", "");
  fitting.Add("b", description);
  EXPECT_EQ(fitting.listed().size(), 2U);
  Violations too_long;
  too_long.Add("a", "");
  too_long.Add("b", description + "x");
  EXPECT_EQ(too_long.listed().size(), 1U);
  EXPECT_TRUE(too_long.full());
}

TEST(ViolationsTest, TheSummaryOnlyCountsIfNothingIsListed) {
  Violations violations;
  violations.Add("long", std::string(5000, 'x'));
  EXPECT_EQ(violations.Summary(), "1 more");
}

TEST(ViolationsTest, AreNotListedAfterOneThatDidNotFit) {
  Violations violations = Filled(1);
  violations.Add("long", std::string(5000, 'x'));
  violations.Add("short", "is wrong");
  EXPECT_EQ(violations.listed().size(), 1U);
  EXPECT_EQ(violations.total(), 3U);
  EXPECT_EQ(violations.Summary(), "f0 is wrong; and 2 more");
}

TEST(ViolationsTest, TheSummaryNamesFive) {
  EXPECT_EQ(Filled(1).Summary(), "f0 is wrong");
  EXPECT_EQ(Filled(5).Summary(), "f0 is wrong; f1 is wrong; f2 is wrong; f3 is wrong; f4 is wrong");
}

TEST(ViolationsTest, TheSummaryCountsTheRest) {
  EXPECT_EQ(Filled(6).Summary(),
            "f0 is wrong; f1 is wrong; f2 is wrong; f3 is wrong; f4 is wrong; and 1 more");
  EXPECT_EQ(Filled(1000).Summary(),
            "f0 is wrong; f1 is wrong; f2 is wrong; f3 is wrong; f4 is wrong; and 995 more");
}

}  // namespace
}  // namespace dino::event
