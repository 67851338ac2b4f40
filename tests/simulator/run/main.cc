// Runs seeds of the simulator, or replays one.
#include <sys/personality.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/run/isolated.h"
#include "tests/simulator/run/items.h"
#include "tests/simulator/run/options.h"

namespace dino::simulator {
namespace {

void PrintHistory(const RunResult& result) {
  for (const std::string& line : result.history) std::cout << line << "\n";
}

// How a seed failed, and how to see it again.
void Report(const Case& failed, const Violation& violation, const Options& options) {
  std::cout << "seed " << failed.seed << ": " << NameOf(violation.invariant) << ": "
            << violation.text << "\n";
  if (!options.shrink) return;
  const Case shortest = Shrink(failed, violation.invariant);
  const RunResult result = RunIsolated(shortest, /*traced=*/true);
  std::cout << "its shortest history:\n";
  PrintHistory(result);
  std::cout << "replay it: simulator --seed " << failed.seed;
  if (options.scope.kinds.size() < kFaultNames.size()) {
    std::vector<absl::string_view> names;
    for (const FaultKind kind : options.scope.kinds) {
      names.push_back(kFaultNames.at(static_cast<std::size_t>(kind)));
    }
    std::cout << " --faults " << absl::StrJoin(names, ",");
  }
  const Scope usual;
  if (options.scope.replicas != usual.replicas) {
    std::cout << " --replicas " << options.scope.replicas;
  }
  if (options.scope.brokers != usual.brokers) std::cout << " --brokers " << options.scope.brokers;
  std::cout << " --only " << absl::StrJoin(shortest.only, ",") << "\n" << std::flush;
}

int Replay(const Options& options) {
  const RunResult result = RunIsolated({*options.seed, options.scope, options.only}, true);
  PrintHistory(result);
  if (!result.violation.has_value()) {
    std::cout << "seed " << *options.seed << " violates nothing\n";
    return 0;
  }
  std::cout << "seed " << *options.seed << ": " << NameOf(result.violation->invariant) << ": "
            << result.violation->text << "\n";
  return 1;
}

int RunSeeds(const Options& options) {
  using Real = std::chrono::steady_clock;
  const Real::time_point began = Real::now();
  const auto elapsed = [began] {
    return std::chrono::duration<double>(Real::now() - began).count();
  };
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t faults = 0;
  std::chrono::duration<double> simulated{};
  int failures = 0;
  const auto more = [&] {
    if (failures >= options.failures) return false;
    return options.events > 0 ? events < options.events : seeds < options.seeds;
  };
  while (more()) {
    const Case what{options.from + seeds, options.scope, options.only};
    ++seeds;
    const RunResult result = RunIsolated(what, /*traced=*/false);
    events += result.acknowledged;
    faults += result.faults;
    simulated += result.simulated;
    if (!result.violation.has_value()) continue;
    ++failures;
    std::cout << absl::StrFormat("after %.1f s: ", elapsed());
    Report(what, *result.violation, options);
  }
  std::cout << absl::StrFormat(
      "%d seeds, %d events acknowledged, %d faults, %.0f s simulated in %.1f s (%.0f times as "
      "fast); "
      "%d failed\n",
      seeds, events, faults, simulated.count(), elapsed(), simulated.count() / elapsed(), failures);
  return failures == 0 ? 0 : 1;
}

int Main(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments);
  if (!options.ok()) {
    std::cerr << "error: " << options.status().message() << "\n" << kUsage;
    return 2;
  }
  if (options->help) {
    std::cout << kUsage;
    return 0;
  }
  return options->seed.has_value() ? Replay(*options) : RunSeeds(*options);
}

}  // namespace
}  // namespace dino::simulator

int main(int argc, char** argv) {
  // Where memory lies decides the order of what is equal otherwise: a replay needs the same places.
  const int persona = personality(0xFFFFFFFF);
  if (persona >= 0 && (persona & ADDR_NO_RANDOMIZE) == 0 &&
      personality(static_cast<unsigned>(persona) | ADDR_NO_RANDOMIZE) >= 0) {
    execv("/proc/self/exe", argv);
  }
  return dino::simulator::Main({argv + 1, argv + argc});
}
