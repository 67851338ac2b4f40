#include "tests/soak/fault_injector.h"

#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <string>

#include "tests/soak/rig.h"
#include "tests/soak/schedule.h"
#include "tests/testing/ledger.h"

namespace dino::soak {
namespace {

using testing::Clock;
using testing::Findings;

// What a fault's kind is called, in the letters that a test's name may have.
std::string TestName(FaultKind kind) {
  std::string name;
  for (const char letter : NameOf(kind)) {
    if (letter == ',') break;
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0) name += letter;
  }
  return name;
}

class FaultInjectorTest : public ::testing::TestWithParam<FaultKind> {};

TEST_P(FaultInjectorTest, NothingIsLostOrSwappedAndCallsSucceedAgain) {
  RigOptions options;
  options.bridge = DINO_BRIDGE;
  options.load.small_callers = 4;
  options.load.large_group = 100;
  Rig rig(options);
  const Clock::time_point healed = Inject({GetParam(), std::chrono::milliseconds(300)}, rig);
  EXPECT_TRUE(rig.load().WaitForRecovery(healed, testing::kPatience).has_value());
  const Findings findings = rig.Finish();

  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.order_breaks, 0U);
  EXPECT_EQ(findings.late_answers, 0U);
  EXPECT_EQ(findings.excess_duplicates, 0U);
  EXPECT_EQ(findings.unasked, 0U);
  EXPECT_EQ(findings.changed_ids, 0U);
  EXPECT_TRUE(rig.StopBridge());
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultInjectorTest, ::testing::ValuesIn(AllFaultKinds()),
                         [](const auto& test) { return TestName(test.param); });

}  // namespace
}  // namespace dino::soak
