#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/soak/load.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/others.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/broker_suite/unwelcome_caller.h"
#include "tests/system/log_record.h"

namespace dino::broker_suite {
namespace {

constexpr int kEvents = 3;
// Each event's call, and its repetitions with the same key.
constexpr int kCallsOfAnEvent = 3;
// The users of a text that is too large; nobody else's.
constexpr std::int64_t kFirstUserOfLargeText = 900;

// One user who is refused and two beside, in one call.
Unwelcome ToTopicOf(std::int64_t user) { return {{user, user + 1, user + 2}, {user}, 0}; }

Unwelcome OfSize(std::size_t bytes) {
  const std::vector<std::int64_t> users = {kFirstUserOfLargeText, kFirstUserOfLargeText + 1};
  return {users, users, bytes};
}

// Adds what the bridge said of the first connections that it lost, for who looks for the reason.
void AddLosses(testing::BridgeProcess& bridge, Part& part) {
  constexpr std::size_t kMost = 10;
  std::size_t count = 0;
  bridge.Stop();
  for (const std::string& line : bridge.RemainingLog()) {
    if (testing::LogRecord(line).message() != "session lost" || ++count > kMost) continue;
    part.faults.push_back(line);
  }
}

// Returns how many connections were lost.
std::size_t RunUnwelcome(const Options& options, const std::vector<Unwelcome>& all, Part& part) {
  Stage stage(options, part.name);
  std::vector<std::string> flags = BridgeFlags(options);
  if (options.poison_bytes > 0) {
    flags.push_back(absl::StrCat("--max-payload-bytes=", options.poison_bytes + 65536));
  }
  testing::BridgeProcess bridge(stage.Brokers(), flags);
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  soak::Load load(bridge.address(), Others(), stage.ledger());
  load.Resume();
  AwaitOthers(load, part);
  for (const Unwelcome& what : all) {
    UnwelcomeCaller caller(bridge, stage.ledger(), what, UnwelcomeCaller::Judging::kAllAnswers,
                           part);
    for (int event = 0; event < kEvents; ++event) {
      caller.Publish();
      for (int call = 1; call < kCallsOfAnEvent; ++call) caller.Repeat();
      AwaitOthers(load, part);
    }
    caller.Finish();
  }
  load.Stop();
  const Stage::LossCounts losses = stage.CountLosses();
  part.figures.push_back(
      absl::StrCat(losses.all, " connections lost, ", losses.shared, " of them shared"));
  std::size_t most_losses = 0;
  for (const Unwelcome& what : all) most_losses += kMostSharedLosses * what.refused.size();
  part.Expect(losses.shared <= most_losses,
              absl::StrCat("more than ", most_losses, " shared connections were lost"));
  AddOutcomes(load, {"OK"}, part);
  stage.Finish(part);
  if (!part.faults.empty()) AddLosses(bridge, part);
  return losses.all;
}

}  // namespace

void RunRefusal(const Options& options, Part& part) {
  if (!options.denied_user) {
    part.not_run = "it needs --deny-topic";
    return;
  }
  RunUnwelcome(options, {ToTopicOf(*options.denied_user)}, part);
}

void RunPoison(const Options& options, Part& part) {
  std::vector<Unwelcome> all;
  if (options.poison_user) all.push_back(ToTopicOf(*options.poison_user));
  if (options.poison_bytes > 0) all.push_back(OfSize(options.poison_bytes));
  if (all.empty()) {
    part.not_run = "it needs --poison-topic or --poison-bytes";
    return;
  }
  if (RunUnwelcome(options, all, part) == 0 && part.faults.empty()) {
    part.not_run = "the broker refuses it without closing the connection";
  }
}

}  // namespace dino::broker_suite
