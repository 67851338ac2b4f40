#include "tests/soak/schedule.h"

#include <algorithm>

namespace dino::soak {
namespace {

using std::chrono::milliseconds;

struct KindTraits {
  FaultKind kind;
  std::string_view name;
  milliseconds shortest;
  milliseconds longest;
};

const std::vector<KindTraits>& Traits() {
  static const std::vector<KindTraits> traits = {
      {FaultKind::kReset, "connections reset", milliseconds(0), milliseconds(0)},
      {FaultKind::kClose, "connections closed", milliseconds(0), milliseconds(0)},
      {FaultKind::kHalfOpen, "half-open, 0.5-7 s", milliseconds(500), milliseconds(7000)},
      {FaultKind::kAcksHeld, "nothing from the broker, 0.5-7 s", milliseconds(500),
       milliseconds(7000)},
      {FaultKind::kAcksLost, "acks lost, 0.2-3 s", milliseconds(200), milliseconds(3000)},
      {FaultKind::kDelay, "delayed (200 +- 100 ms), 1-3 s", milliseconds(1000), milliseconds(3000)},
      {FaultKind::kThrottle, "slow (10 kB/s), 1-4 s", milliseconds(1000), milliseconds(4000)},
      {FaultKind::kByteByByte, "byte by byte, 0.5-2 s", milliseconds(500), milliseconds(2000)},
      {FaultKind::kRefused, "connections refused, 0.5-4 s", milliseconds(500), milliseconds(4000)},
      {FaultKind::kBlackHole, "black hole at connect, 0.5-4 s", milliseconds(500),
       milliseconds(4000)},
      {FaultKind::kBrokerStopped, "broker SIGSTOP, 0.5-6 s", milliseconds(500), milliseconds(6000)},
      {FaultKind::kBrokerRestarted, "broker SIGTERM, 0-2 s away", milliseconds(0),
       milliseconds(2000)},
      {FaultKind::kBrokerKilled, "broker kill -9, 0-2 s away", milliseconds(0), milliseconds(2000)},
  };
  return traits;
}

const KindTraits& TraitsOf(FaultKind kind) {
  return *std::find_if(Traits().begin(), Traits().end(),
                       [kind](const KindTraits& traits) { return traits.kind == kind; });
}

}  // namespace

const std::vector<FaultKind>& AllFaultKinds() {
  static const std::vector<FaultKind> kinds = [] {
    std::vector<FaultKind> all;
    for (const KindTraits& traits : Traits()) all.push_back(traits.kind);
    return all;
  }();
  return kinds;
}

std::string_view NameOf(FaultKind kind) { return TraitsOf(kind).name; }

Fault Schedule::Next() {
  if (round_.empty()) {
    round_ = AllFaultKinds();
    std::shuffle(round_.begin(), round_.end(), random_);
  }
  const KindTraits& traits = TraitsOf(round_.back());
  round_.pop_back();
  std::uniform_int_distribution<milliseconds::rep> length(traits.shortest.count(),
                                                          traits.longest.count());
  return {traits.kind, milliseconds(length(random_))};
}

}  // namespace dino::soak
