#include "tests/simulator/ledger/weather.h"

#include <chrono>

namespace dino::simulator {
namespace {

using std::chrono::seconds;

// The contract has it that nobody waits longer than two reconnects for a poison publication, and
// that a session works again within 2 s.
constexpr seconds kTwoReconnects{4};

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

bool Weather::FaultFree(int replica, Time since) const {
  const Faults faults = Of(replica);
  return faults.active == 0 && faults.changed + kRecovery <= since;
}

bool Weather::Calm(int replica, Time since) const {
  const auto lost = lost_.find(replica);
  return FaultFree(replica, since) && (lost == lost_.end() || lost->second + kRecovery <= since);
}

std::optional<Duration> Weather::LongestWait(int replica, Time since) const {
  if (!climate_.soon.has_value()) return std::nullopt;
  if (Calm(replica, since)) return climate_.soon;
  if (FaultFree(replica, since)) {
    const auto poisons = static_cast<Duration::rep>(poisonous_.size());
    if (poisons == 0) return std::nullopt;
    return *climate_.soon + poisons * Duration(kTwoReconnects);
  }
  const Faults faults = Of(replica);
  if (faults.left && climate_.has_standby && poisonous_.empty() &&
      faults.changed + climate_.leaving <= since) {
    return *climate_.soon + climate_.trial;
  }
  return std::nullopt;
}

}  // namespace dino::simulator
