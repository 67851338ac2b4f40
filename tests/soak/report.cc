#include "tests/soak/report.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dino::soak {
namespace {

using testing::Clock;

std::string Seconds(Clock::duration length) {
  return absl::StrFormat("%.2f s", std::chrono::duration<double>(length).count());
}

// Median and maximum.
std::string Spread(const std::vector<Recovery>& recoveries,
                   Clock::duration Recovery::*const member) {
  std::vector<Clock::duration> lengths;
  lengths.reserve(recoveries.size());
  for (const Recovery& recovery : recoveries) lengths.push_back(recovery.*member);
  std::sort(lengths.begin(), lengths.end());
  return absl::StrCat(Seconds(lengths[lengths.size() / 2]), " | ", Seconds(lengths.back()));
}

std::string FaultTable(const Report& report) {
  std::string text =
      "| fault | count | first OK after it: median | most | every caller OK: median | most |\n"
      "|---|---|---|---|---|---|\n";
  for (const auto& [kind, recoveries] : report.recoveries) {
    if (recoveries.empty()) continue;
    absl::StrAppend(&text, "| ", std::string(NameOf(kind)), " | ", recoveries.size(), " | ",
                    Spread(recoveries, &Recovery::first), " | ");
    absl::StrAppend(&text, Spread(recoveries, &Recovery::all), " |\n");
  }
  return text;
}

void AppendSum(std::string& text, const char* name, std::size_t count) {
  absl::StrAppend(&text, "| ", name, " | ", count, " |\n");
}

std::string SumTable(const Report& report) {
  const testing::Findings& findings = report.findings;
  std::string text = "| sum | |\n|---|---|\n";
  AppendSum(text, "faults", report.fault_count());
  AppendSum(text, "faults without recovery", report.not_recovered);
  AppendSum(text, "events", findings.events);
  AppendSum(text, "calls", findings.calls);
  AppendSum(text, "of these repeated with their key", findings.repeated_calls);
  for (const auto& [outcome, count] : report.outcomes) {
    AppendSum(text, absl::StrCat("of these answered ", outcome).c_str(), count);
  }
  AppendSum(text, "events completed by a repeated call", findings.completed_by_repeat);
  AppendSum(text, "acknowledged publications", findings.acknowledged);
  AppendSum(text, "answered OK but missing", findings.missing);
  AppendSum(text, "order breaks", findings.order_breaks);
  AppendSum(text, "answers missing or more than a second late", findings.late_answers);
  absl::StrAppend(&text, "| latest answer, after its deadline or the call's cancellation | ",
                  Seconds(findings.most_late), " |\n");
  AppendSum(text, "duplicates", findings.duplicates);
  AppendSum(text, "of these by repeated calls", findings.repeat_duplicates);
  AppendSum(text, "duplicates beyond the bound", findings.excess_duplicates);
  AppendSum(text, "late copies of calls that were never answered", findings.late_copies);
  AppendSum(text, "refused, not sent, or unknown, yet received", findings.unasked);
  AppendSum(text, "copies under another event id", findings.changed_ids);
  return text;
}

std::string UsageTable(const Report& report) {
  const auto row = [](const char* name, std::size_t before, std::size_t after) {
    return absl::StrCat("| ", name, " | ", before, " | ", after, " |\n");
  };
  std::string text = "| the bridge, idle | before | after |\n|---|---|---|\n";
  text += row("resident memory, KiB", report.before.resident_kib, report.after.resident_kib);
  text += row("file descriptors", report.before.file_descriptors, report.after.file_descriptors);
  text += row("threads", report.before.threads, report.after.threads);
  return text;
}

}  // namespace

std::size_t Report::fault_count() const {
  std::size_t count = not_recovered;
  for (const auto& [kind, list] : recoveries) count += list.size();
  return count;
}

bool Report::ok() const {
  return findings.ok() && not_recovered == 0 && bridge_exited_well && IsBack(before, after) &&
         fault_count() >= wanted_faults && findings.acknowledged >= wanted_publications &&
         findings.acknowledged > 0;
}

std::string Format(const Report& report) {
  std::string text =
      absl::StrCat(FaultTable(report), "\n", SumTable(report), "\n", UsageTable(report), "\n");
  for (const std::string& example : report.findings.examples) {
    absl::StrAppend(&text, "violation: ", example, "\n");
  }
  if (!report.bridge_exited_well) text += "violation: the bridge did not exit with 0\n";
  if (!IsBack(report.before, report.after)) {
    text += "violation: the bridge holds more than before\n";
  }
  absl::StrAppend(&text, report.ok() ? "everything held\n" : "NOT everything held\n");
  return text;
}

}  // namespace dino::soak
