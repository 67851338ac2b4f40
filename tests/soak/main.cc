// Shows that nothing is lost, swapped, or answered late while faults are injected.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tests/soak/fault_injector.h"
#include "tests/soak/options.h"
#include "tests/soak/report.h"
#include "tests/soak/rig.h"
#include "tests/soak/schedule.h"
#include "tests/support/process/repository.h"

namespace dino::soak {
namespace {

using testing::Clock;

constexpr std::chrono::seconds kRecoveryPatience{30};
// The memory that load needs is allocated before the first measurement.
constexpr std::chrono::seconds kLongestWarmUp{20};

constexpr std::chrono::minutes kProgressInterval{1};

// Reports the progress of a run periodically.
class Progress {
 public:
  explicit Progress(Rig& rig) : rig_(rig) {}

  void Tell(const Report& report) {
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + kProgressInterval;
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - begin_).count();
    const testing::ProcessUsage usage = rig_.Usage();
    std::printf("%3d min: %zu faults, %zu publications acknowledged, %zu KiB, %zu files\n",
                static_cast<int>(minutes), report.fault_count(), rig_.ledger().acknowledged(),
                usage.resident_kib, usage.file_descriptors);
    std::fflush(stdout);
  }

 private:
  Rig& rig_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point next_ = begin_ + kProgressInterval;
};

void InjectFaults(const Options& options, Rig& rig, Report& report) {
  const std::chrono::duration<double> interval(60 / options.faults_per_minute);
  Schedule schedule(options.seed);
  const Clock::time_point begin = Clock::now();
  const auto enough = [&] {
    const Clock::duration passed = Clock::now() - begin;
    if (options.faults > 0) return report.fault_count() >= options.faults;
    return passed >= options.duration &&
           (rig.ledger().acknowledged() >= options.publications || passed >= 3 * options.duration);
  };
  Progress progress(rig);
  while (!enough() && rig.bridges_run()) {
    const auto next = Clock::now() + std::chrono::duration_cast<Clock::duration>(interval);
    const Fault fault = schedule.Next();
    const Clock::time_point healed = Inject(fault, rig);
    const std::optional<Recovery> recovery = rig.load().WaitForRecovery(healed, kRecoveryPatience);
    if (recovery) {
      report.recoveries[fault.kind].push_back(*recovery);
    } else {
      ++report.not_recovered;
      std::printf("no recovery: %s\n", std::string(NameOf(fault.kind)).c_str());
    }
    progress.Tell(report);
    std::this_thread::sleep_until(next);
  }
}

Report Run(const Options& options) {
  RigOptions rig_options;
  rig_options.bridge = options.bridge;
  rig_options.log_file = options.log_file;
  rig_options.seed = options.seed;
  rig_options.load.small_callers = options.callers;
  rig_options.load.pause = options.pause;
  rig_options.load.seed = options.seed;
  rig_options.replicas = options.replicas;
  if (options.replicas > 1) rig_options.load.manners = {Manner::kRepeats};
  Rig rig(rig_options);
  Report report;
  report.wanted_publications = options.publications;
  report.wanted_faults = options.faults;
  std::this_thread::sleep_for(
      std::min<std::chrono::milliseconds>(options.duration / 10, kLongestWarmUp));
  report.before = rig.IdleUsage();
  InjectFaults(options, rig, report);
  report.after = rig.IdleUsage();
  report.findings = rig.Finish();
  report.outcomes = rig.load().Outcomes();
  report.bridge_exited_well = rig.StopBridges();
  return report;
}

int Main(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments, testing::BuiltProgram("dino-bridge"));
  if (!options.ok()) {
    std::fprintf(stderr, "error: %s\n%s", std::string(options.status().message()).c_str(),
                 Usage().c_str());
    return 2;
  }
  if (options->help) {
    std::printf("%s", Usage().c_str());
    return 0;
  }
  std::printf("seed %u\n\n", options->seed);
  std::fflush(stdout);
  const Report report = Run(*options);
  std::printf("%s", Format(report).c_str());
  // The rig reports its own failures as test failures.
  const bool failed = ::testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed();
  return report.ok() && !failed ? 0 : 1;
}

}  // namespace
}  // namespace dino::soak

int main(int argc, char** argv) { return dino::soak::Main({argv + 1, argv + argc}); }
