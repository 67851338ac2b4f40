#include "tests/system/broker_suite/stage.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/process/subprocess.h"

namespace dino::broker_suite {
namespace {

using testing::BrokerAccess;
using testing::Clock;
using testing::FaultProxy;

// Between two attempts to reach a broker that has just been started.
constexpr std::chrono::milliseconds kPause{200};

// A broker in Java takes its time.
constexpr std::chrono::seconds kCommandPatience{180};

// The bridge's connections on which it publishes what a broker may close on, one at a time.
bool IsQuarantine(const std::string& client_id) {
  return absl::StartsWith(client_id.substr(client_id.rfind('-') + 1), "q");
}

}  // namespace

void RunCommand(const std::string& command, Part& part) {
  testing::Subprocess shell({"/bin/sh", "-c", command});
  const auto status = shell.Wait(kCommandPatience);
  part.Expect(status == 0, absl::StrCat("`", command, "` exits with ", status.value_or(-1)));
}

std::vector<std::string> BridgeFlags(const Options& options) {
  std::vector<std::string> flags = {"--environment=" + options.environment};
  if (!options.username.empty()) flags.push_back("--mqtt-username=" + options.username);
  if (!options.password_file.empty()) {
    flags.push_back("--mqtt-password-file=" + options.password_file);
  }
  return flags;
}

std::string ClientId(const std::string& part) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return absl::StrCat("broker-suite-", getpid(), "-",
                      std::chrono::duration_cast<std::chrono::seconds>(now).count(), "-", part);
}

Stage::Stage(const Options& options, const std::string& part)
    : options_(options),
      witness_(options.brokers.front(), ledger_, {ClientId(part), options.environment}) {
  for (const BrokerAccess& broker : options.brokers) {
    proxies_.emplace_back(broker.host, broker.port, &clerk_);
  }
}

std::string Stage::Brokers(Order order) const {
  std::vector<std::string> addresses;
  for (const FaultProxy& proxy : proxies_) addresses.push_back(proxy.address());
  if (order == Order::kReversed) std::reverse(addresses.begin(), addresses.end());
  return absl::StrJoin(addresses, ",");
}

Stage::LossCounts Stage::CountLosses() {
  LossCounts counts;
  for (FaultProxy& proxy : proxies_) {
    for (const auto& [client_id, times] : proxy.LostConnections()) {
      counts.all += times.size();
      if (!IsQuarantine(client_id)) counts.shared += times.size();
    }
  }
  return counts;
}

bool Stage::CatchUp() {
  // What another node acknowledged comes here by another way than what this one did.
  return std::all_of(options_.brokers.begin(), options_.brokers.end(),
                     [this](const BrokerAccess& broker) {
                       const Clock::time_point deadline = Clock::now() + testing::kPatience;
                       while (!witness_.CatchUp(broker)) {
                         if (Clock::now() > deadline) return false;
                         std::this_thread::sleep_for(kPause);
                       }
                       return true;
                     });
}

void Stage::Finish(Part& part) {
  part.Expect(CatchUp(), "the subscriber does not receive what is left");
  AddFindings(ledger_.Check(), part);
  witness_.Leave();
}

void AddOutcomes(soak::Load& load, const std::vector<std::string>& allowed, Part& part) {
  std::vector<std::string> texts;
  for (const auto& [outcome, count] : load.Outcomes()) {
    texts.push_back(absl::StrCat(count, " ", outcome));
    part.Expect(std::find(allowed.begin(), allowed.end(), outcome) != allowed.end(),
                absl::StrCat(count, " calls of others were answered ", outcome));
  }
  part.figures.push_back(absl::StrCat("calls of others: ", absl::StrJoin(texts, ", ")));
}

}  // namespace dino::broker_suite
