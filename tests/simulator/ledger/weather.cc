#include "tests/simulator/ledger/weather.h"

#include <algorithm>
#include <chrono>

namespace dino::simulator {
namespace {

using std::chrono::seconds;

// The contract's: a session works again so soon after its broker accepts; nobody waits longer than
// for two of them for a poison publication.
constexpr seconds kReconnect{2};
constexpr seconds kSettle{1};
// Longer than a broker that has been left waits for the next trial.
constexpr seconds kLongestLeave{90};

}  // namespace

Weather::Faults Weather::Of(int replica) const {
  const auto faults = faults_.find(replica);
  return faults == faults_.end() ? Faults() : faults->second;
}

void Weather::Begin(int replica, Time now, bool leaves_standby) {
  Faults& faults = faults_[replica];
  faults.left = leaves_standby && faults.active == 0 && faults.changed + kRecovery <= now;
  ++faults.active;
  faults.changed = now;
}

void Weather::End(int replica, Time now) {
  Faults& faults = faults_[replica];
  --faults.active;
  faults.changed = now;
  faults.left = false;
}

bool Weather::Well(int replica, Time since) const {
  const Faults faults = Of(replica);
  return faults.active == 0 && faults.changed + kRecovery <= since;
}

bool Weather::FaultFree(int replica, Time since) const {
  const auto brief = brief_.find(replica);
  return Well(replica, since) && (brief == brief_.end() || brief->second + kRecovery <= since);
}

bool Weather::Answering(int replica, Time since) const {
  const auto unanswering = unanswering_.find(replica);
  return unanswering == unanswering_.end() || unanswering->second + kLongestLeave <= since;
}

bool Weather::Calm(int replica, Time since) const {
  return FaultFree(replica, since) && LossesSince(replica, since - kRecovery) == 0;
}

std::ptrdiff_t Weather::LossesSince(int replica, Time since) const {
  const auto lost = lost_.find(replica);
  if (lost == lost_.end()) return 0;
  const std::vector<Time>& times = lost->second;
  return times.end() - std::lower_bound(times.begin(), times.end(), since);
}

std::optional<Duration> Weather::LongestWait(int replica, Time since) const {
  if (!climate_.soon.has_value()) return std::nullopt;
  if (Calm(replica, since)) return climate_.soon;
  if (Well(replica, since) && poisonous_.empty()) {
    // One may have begun just before.
    const std::ptrdiff_t reconnects = 1 + LossesSince(replica, since - kReconnect);
    return *climate_.soon + kSettle + reconnects * Duration(kReconnect);
  }
  if (FaultFree(replica, since) && brief_.empty()) {
    const auto poisons = static_cast<Duration::rep>(poisonous_.size());
    return *climate_.soon + 2 * poisons * Duration(kReconnect);
  }
  const Faults faults = Of(replica);
  if (faults.left && climate_.has_standby && poisonous_.empty() &&
      faults.changed + climate_.leaving <= since) {
    return *climate_.soon + climate_.trial;
  }
  return std::nullopt;
}

}  // namespace dino::simulator
