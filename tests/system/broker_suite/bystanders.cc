// What others notice of a publication that the broker closes connections on.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/soak/load.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/others.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/broker_suite/unwelcome_caller.h"

namespace dino::broker_suite {
namespace {

using testing::Clock;

// Of the rate that others have without it.
constexpr double kLeastRate = 0.8;
// The user of a text that is too large; nobody else's.
constexpr std::int64_t kUserOfPoison = 950;
constexpr std::size_t kLargeGroup = 1000;
// How long a broker is up before it is stopped again.
constexpr std::chrono::seconds kUp{2};

std::vector<Unwelcome> PoisonsOf(const Options& options) {
  std::vector<Unwelcome> all;
  for (const std::size_t size : {std::size_t{1}, kLargeGroup}) {
    std::vector<std::int64_t> users(size);
    std::iota(users.begin(), users.end(), options.poison_user.value_or(kUserOfPoison));
    if (options.poison_user) {
      all.push_back({users, {*options.poison_user}, 0});
    } else if (options.poison_bytes > 0 && size == 1) {
      all.push_back({users, users, options.poison_bytes});
    }
  }
  return all;
}

// Repeats one event again and again, as long as it lives.
class Repetition {
 public:
  explicit Repetition(UnwelcomeCaller& caller)
      : thread_([this, &caller] {
          caller.Publish();
          while (!stop_) caller.Repeat();
        }) {}
  Repetition(const Repetition&) = delete;
  Repetition& operator=(const Repetition&) = delete;
  ~Repetition() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// No faster than a subscriber of any broker keeps up with for minutes.
soak::LoadOptions Bystanders() {
  soak::LoadOptions load = Others();
  load.pause = std::chrono::milliseconds(50);
  return load;
}

// How many calls of others a second are answered OK.
double RateOf(soak::Load& load, std::chrono::seconds duration) {
  const std::size_t before = load.Outcomes()["OK"];
  const Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(duration);
  const std::size_t answered = load.Outcomes()["OK"] - before;
  return static_cast<double>(answered) /
         std::chrono::duration<double>(Clock::now() - begin).count();
}

// Stops and starts the broker for so long, and says how often.
int RestartFor(const Options& options, soak::Load& load, Part& part) {
  int restarts = 0;
  const Clock::time_point end = Clock::now() + options.duration;
  do {
    RunCommand(options.stop, part);
    RunCommand(options.start, part);
    std::this_thread::sleep_for(kUp);
    ++restarts;
  } while (Clock::now() < end);
  AwaitOthers(load, part);
  return restarts;
}

void RunCalm(const Options& options, const std::vector<Unwelcome>& all, Part& part) {
  Stage stage(options, part.name);
  std::vector<std::string> flags = BridgeFlags(options);
  flags.push_back(absl::StrCat("--max-payload-bytes=", options.poison_bytes + 65536));
  testing::BridgeProcess bridge(stage.Brokers(), flags);
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  soak::Load load(bridge.address(), Bystanders(), stage.ledger());
  load.Resume();
  AwaitOthers(load, part);
  const double alone = RateOf(load, options.duration);
  std::size_t most_losses = 0;
  for (const Unwelcome& what : all) {
    UnwelcomeCaller caller(bridge, stage.ledger(), what, UnwelcomeCaller::Judging::kAllAnswers,
                           part);
    double share = 0;
    {
      const Repetition repetition(caller);
      share = RateOf(load, options.duration) / alone;
    }
    part.figures.push_back(absl::StrFormat("others at %.2f of their rate beside %d calls with %d",
                                           share, caller.calls(), what.users.size()));
    caller.Finish();
    part.Expect(share >= kLeastRate, "others are slowed down");
    most_losses += kMostSharedLosses * what.refused.size();
  }
  load.Stop();
  const std::size_t shared = stage.CountLosses().shared;
  part.figures.push_back(absl::StrCat(shared, " shared connections lost"));
  part.Expect(shared <= most_losses,
              absl::StrCat("more than ", most_losses, " shared connections were lost"));
  AddOutcomes(load, {"OK"}, part);
  stage.Finish(part);
}

void RunWithRestarts(const Options& options, const Unwelcome& what, Part& part) {
  Stage stage(options, part.name + "-restarts");
  testing::BridgeProcess bridge(stage.Brokers(), BridgeFlags(options));
  bridge.WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  soak::Load load(bridge.address(), Bystanders(), stage.ledger());
  load.Resume();
  AwaitOthers(load, part);
  UnwelcomeCaller caller(bridge, stage.ledger(), what, UnwelcomeCaller::Judging::kNone, part);
  int restarts = 0;
  {
    const Repetition repetition(caller);
    restarts = RestartFor(options, load, part);
  }
  part.figures.push_back(absl::StrCat(caller.calls(), " calls beside ", restarts, " restarts"));
  caller.Finish();
  load.Stop();
  AddOutcomes(load, {"OK", "BROKER_UNREACHABLE", "BROKER_BUSY", "DEADLINE_EXCEEDED"}, part);
  stage.Finish(part);
}

}  // namespace

void RunBystanders(const Options& options, Part& part) {
  const std::vector<Unwelcome> all = PoisonsOf(options);
  if (all.empty()) {
    part.not_run = "it needs --poison-topic or --poison-bytes";
    return;
  }
  RunCalm(options, all, part);
  if (!options.stop.empty()) RunWithRestarts(options, all.front(), part);
}

}  // namespace dino::broker_suite
