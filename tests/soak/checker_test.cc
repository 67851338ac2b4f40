// Tests the checker: one publication is tampered with, unnoticed by the bridge and the broker, and
// the checker finds exactly that.

#include <gtest/gtest.h>

#include "tests/soak/rig.h"
#include "tests/support/mqtt/tamperer.h"
#include "tests/support/process/repository.h"

namespace dino::soak {
namespace {

using testing::Findings;
using testing::Tampering;

RigOptions SmallRig(Manner manner) {
  RigOptions options;
  options.bridge = testing::BuiltProgram("dino-bridge");
  options.load.small_callers = 4;
  options.load.manners = {manner};
  options.load.large_group = 50;
  return options;
}

// Runs the load with that harm and compares.
Findings FindingsWith(Tampering tampering, Manner manner = Manner::kPlain) {
  Rig rig(SmallRig(manner));
  if (tampering != Tampering::kNone) {
    rig.proxy().Tamper(tampering, Load::FirstTopic());
    rig.proxy().WaitForTampering();
  }
  const testing::Clock::time_point now = testing::Clock::now();
  EXPECT_TRUE(rig.load().WaitForRecovery(now, testing::kPatience));
  Findings findings = rig.Finish();
  EXPECT_TRUE(rig.StopBridges());
  EXPECT_GT(findings.acknowledged, 50U);
  // Nothing else, whatever was done.
  EXPECT_EQ(findings.late_answers + findings.unasked + findings.changed_ids, 0U);
  return findings;
}

TEST(CheckerTest, FindsNothingWithoutHarm) {
  const Findings findings = FindingsWith(Tampering::kNone);
  EXPECT_TRUE(findings.ok());
  EXPECT_EQ(findings.duplicates, 0U);
}

TEST(CheckerTest, FindsOneLostPublication) {
  const Findings findings = FindingsWith(Tampering::kLoseOne);
  EXPECT_EQ(findings.missing, 1U);
  EXPECT_EQ(findings.order_breaks, 0U);
  EXPECT_EQ(findings.duplicates, 0U);
}

TEST(CheckerTest, FindsTwoSwappedPublications) {
  const Findings findings = FindingsWith(Tampering::kSwapTwo);
  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.order_breaks, 1U);
  EXPECT_EQ(findings.duplicates, 0U);
}

TEST(CheckerTest, FindsOneDuplicatePublication) {
  const Findings findings = FindingsWith(Tampering::kDoubleOne);
  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.order_breaks, 0U);
  EXPECT_EQ(findings.duplicates, 1U);
  EXPECT_EQ(findings.excess_duplicates, 1U);
}

TEST(CheckerTest, FindsOneDuplicateOfACallThatWasNotRepeated) {
  const Findings findings = FindingsWith(Tampering::kDoubleOne, Manner::kRepeats);
  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.excess_duplicates, 1U);
}

}  // namespace
}  // namespace dino::soak
