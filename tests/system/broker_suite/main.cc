// Drives the bridge against a broker that runs already, and says what was lost, doubled, swapped or
// stuck.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process/repository.h"
#include "tests/system/broker_suite/options.h"
#include "tests/system/broker_suite/part.h"
#include "tests/system/broker_suite/parts.h"

namespace dino::broker_suite {
namespace {

// Waits report what does not happen as failed tests.
int FailedWaits() {
  return ::testing::UnitTest::GetInstance()->ad_hoc_test_result().total_part_count();
}

Part Run(const char* name, void (*run)(const Options&, Part&), const Options& options) {
  Part part;
  part.name = name;
  if (options.brokers.empty()) {
    part.not_run = "it needs --broker";
    return part;
  }
  const auto& wanted = options.parts;
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), part.name) == wanted.end()) {
    part.not_run = "--parts leaves it out";
    return part;
  }
  const int failed_before = FailedWaits();
  run(options, part);
  part.Expect(FailedWaits() == failed_before, "what was waited for did not happen");
  return part;
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
  // It names the program that `BridgeProcess` starts. NOLINTNEXTLINE(concurrency-mt-unsafe)
  setenv("DINO_BRIDGE", options->bridge.c_str(), 1);
  std::vector<Part> parts;
  for (const auto& [name, run] :
       {std::pair("events", &RunEvents), std::pair("refusal", &RunRefusal),
        std::pair("poison", &RunPoison), std::pair("bystanders", &RunBystanders),
        std::pair("silent", &RunSilent), std::pair("restart", &RunRestart),
        std::pair("replicas", &RunReplicas)}) {
    parts.push_back(Run(name, run, *options));
    std::printf("%s\n", LineOf(parts.back()).c_str());
    std::fflush(stdout);
  }
  std::printf("%s\n", SumOf(parts).c_str());
  return AnyFailed(parts) ? 1 : 0;
}

}  // namespace
}  // namespace dino::broker_suite

int main(int argc, char** argv) { return dino::broker_suite::Main({argv + 1, argv + argc}); }
