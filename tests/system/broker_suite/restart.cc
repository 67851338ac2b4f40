#include <chrono>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/soak/load.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"

namespace dino::broker_suite {
namespace {

using testing::Clock;

constexpr int kRounds = 2;
// How often each caller is answered OK between two faults.
constexpr int kRoundsOfCalls = 10;
constexpr std::chrono::seconds kDown{2};
constexpr std::chrono::seconds kRecoveryPatience{40};

soak::LoadOptions Callers() {
  soak::LoadOptions load;
  load.large_group = 50;
  load.pause = std::chrono::milliseconds(10);
  return load;
}

void AwaitRecovery(soak::Load& load, const std::string& after, Part& part) {
  const auto recovery = load.WaitForRecovery(Clock::now(), kRecoveryPatience);
  part.Expect(recovery.has_value(), absl::StrCat("no recovery ", after));
  if (!recovery) return;
  part.figures.push_back(absl::StrFormat(
      "every caller OK %.1f s %s", std::chrono::duration<double>(recovery->all).count(), after));
  for (int more = 0; more < kRoundsOfCalls; ++more) {
    part.Expect(load.WaitForRecovery(Clock::now(), kRecoveryPatience).has_value(),
                absl::StrCat("calls fail ", after));
  }
}

}  // namespace

void RunRestart(const Options& options, Part& part) {
  if (options.stop.empty()) {
    part.not_run = "it needs --stop and --start";
    return;
  }
  Stage stage(options, part.name);
  testing::BridgeProcess bridge(stage.Brokers(), BridgeFlags(options));
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  soak::Load load(bridge.address(), Callers(), stage.ledger());
  load.Resume();
  AwaitRecovery(load, "at first", part);
  for (int round = 0; round < kRounds; ++round) {
    RunCommand(options.stop, part);
    std::this_thread::sleep_for(kDown);
    RunCommand(options.start, part);
    AwaitRecovery(load, "after a start", part);
  }
  load.Stop();
  AddOutcomes(load, {"OK", "BROKER_UNREACHABLE", "BROKER_BUSY", "DEADLINE_EXCEEDED", "CANCELLED"},
              part);
  stage.Finish(part);
}

}  // namespace dino::broker_suite
