#include "tests/soak/fault_injector.h"

#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <string>

#include "absl/strings/str_join.h"
#include "tests/soak/rig.h"
#include "tests/soak/schedule.h"
#include "tests/support/ledger/ledger.h"
#include "tests/support/process/repository.h"

namespace dino::soak {
namespace {

using testing::Clock;
using testing::Findings;

// What a fault's kind is called, as a test's name: `BrokerKill9`.
std::string TestName(FaultKind kind) {
  std::string name;
  bool begins_word = true;
  for (const char letter : NameOf(kind)) {
    if (letter == ',' || letter == '(') break;
    const auto code = static_cast<unsigned char>(letter);
    if (std::isalnum(code) != 0) {
      name += begins_word ? static_cast<char>(std::toupper(code)) : letter;
    }
    begins_word = std::isalnum(code) == 0;
  }
  return name;
}

class FaultInjectorTest : public ::testing::TestWithParam<FaultKind> {};

TEST_P(FaultInjectorTest, NothingIsLostOrSwappedAndCallsSucceedAgain) {
  RigOptions options;
  options.bridge = testing::BuiltProgram("dino-bridge");
  options.load.small_callers = 4;
  options.load.large_group = 100;
  Rig rig(options);
  const Clock::time_point healed = Inject({GetParam(), std::chrono::milliseconds(300)}, rig);
  EXPECT_TRUE(rig.load().WaitForRecovery(healed, testing::kPatience).has_value());
  const Findings findings = rig.Finish();

  SCOPED_TRACE(absl::StrJoin(findings.examples, "\n"));
  EXPECT_EQ(findings.missing, 0U);
  EXPECT_EQ(findings.order_breaks, 0U);
  EXPECT_EQ(findings.late_answers, 0U);
  EXPECT_EQ(findings.excess_duplicates, 0U);
  EXPECT_EQ(findings.unasked, 0U);
  EXPECT_EQ(findings.changed_ids, 0U);
  EXPECT_TRUE(rig.StopBridges());
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultInjectorTest, ::testing::ValuesIn(AllFaultKinds()),
                         [](const auto& test) { return TestName(test.param); });

}  // namespace
}  // namespace dino::soak
