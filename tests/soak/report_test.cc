#include "tests/soak/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dino::soak {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

Report GoodReport() {
  Report report;
  report.recoveries[FaultKind::kReset] = {{milliseconds(10), milliseconds(100)},
                                          {milliseconds(30), milliseconds(300)},
                                          {milliseconds(20), milliseconds(200)}};
  report.findings.acknowledged = 1000;
  report.findings.calls = 250;
  report.findings.repeated_calls = 30;
  report.findings.completed_by_repeat = 20;
  report.findings.duplicates = 9;
  report.findings.repeat_duplicates = 7;
  report.findings.most_late = milliseconds(20);
  report.outcomes = {{"CANCELLED", 3}, {"OK", 200}};
  report.before = report.after = {1000, 20, 10};
  report.wanted_publications = 1000;
  report.bridge_exited_well = true;
  return report;
}

TEST(ReportTest, ShowsMedianAndMaximumOfEachFault) {
  const Report report = GoodReport();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.fault_count(), 3U);
  const std::string text = Format(report);
  EXPECT_THAT(text, HasSubstr("| connections reset | 3 | 0.02 s | 0.03 s | 0.20 s | 0.30 s |\n"));
  EXPECT_THAT(text, HasSubstr("| faults | 3 |\n"));
  EXPECT_THAT(text, HasSubstr("| acknowledged publications | 1000 |\n"));
  EXPECT_THAT(text, HasSubstr("\neverything held\n"));
  EXPECT_THAT(text, Not(HasSubstr("violation")));
}

TEST(ReportTest, ShowsHowCallsEnded) {
  const std::string text = Format(GoodReport());
  EXPECT_THAT(text, HasSubstr("| calls | 250 |\n"
                              "| of these repeated with their key | 30 |\n"
                              "| of these answered CANCELLED | 3 |\n"
                              "| of these answered OK | 200 |\n"
                              "| events completed by a repeated call | 20 |\n"));
  EXPECT_THAT(text, HasSubstr("| latest answer, after its deadline or the call's cancellation "
                              "| 0.02 s |\n"
                              "| duplicates | 9 |\n"
                              "| of these by repeated calls | 7 |\n"));
}

struct Violation {
  std::string name;
  void (*harm)(Report&);
};

class ReportViolationTest : public ::testing::TestWithParam<Violation> {};

TEST_P(ReportViolationTest, IsNotOk) {
  Report report = GoodReport();
  GetParam().harm(report);
  EXPECT_FALSE(report.ok());
  EXPECT_THAT(Format(report), HasSubstr("NOT everything held"));
}

INSTANTIATE_TEST_SUITE_P(
    Violations, ReportViolationTest,
    ::testing::Values(Violation{"Missing", [](Report& r) { r.findings.missing = 1; }},
                      Violation{"NoRecovery", [](Report& r) { r.not_recovered = 1; }},
                      Violation{"TooFewPublications",
                                [](Report& r) { r.wanted_publications = 1001; }},
                      Violation{"NoPublication",
                                [](Report& r) {
                                  r.wanted_publications = 0;
                                  r.findings.acknowledged = 0;
                                }},
                      Violation{"MoreMemory", [](Report& r) { r.after.resident_kib = 1101; }},
                      Violation{"MoreFiles", [](Report& r) { r.after.file_descriptors = 23; }},
                      Violation{"MoreThreads", [](Report& r) { r.after.threads = 12; }},
                      Violation{"TooFewFaults", [](Report& r) { r.wanted_faults = 4; }},
                      Violation{"BadExit", [](Report& r) { r.bridge_exited_well = false; }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace dino::soak
