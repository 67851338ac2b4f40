#include "tests/simulator/plan/fault_planner.h"

#include <algorithm>

namespace dino::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint8_t CodeOf(FaultKind kind, Random& random) {
  switch (kind) {
    case FaultKind::kRefusedTopic:
      return random.Pick<std::uint8_t>({0x80, 0x83, 0x87, 0x90, 0x97, 0x99});
    case FaultKind::kPoison:
      return random.Pick<std::uint8_t>({0x81, 0x82, 0x87, 0x90, 0x93, 0x95, 0x97, 0x99});
    case FaultKind::kRefusesConnect:
      return random.Pick<std::uint8_t>({0x86, 0x88, 0x89, 0x97, 0x9F});
    case FaultKind::kEndConnections:
      return random.Pick<std::uint8_t>({0x00, 0x8B, 0x8D, 0x98});
    default:
      return 0;
  }
}

Duration LengthOf(FaultKind kind, const Plan& plan, Random& random) {
  // So long that the bridge has left a broker meanwhile, or given up a topic.
  if (kind != FaultKind::kStalledLoop && random.Chance(20)) {
    return random.Within(seconds(15), seconds(40));
  }
  switch (kind) {
    case FaultKind::kLateTopic:
    case FaultKind::kSlow:
    case FaultKind::kSilent:
    case FaultKind::kDrops:
      return random.Within(seconds(2), 3 * plan.ack_timeout);
    case FaultKind::kCutAfterBytes:
      return random.Within(seconds(3), seconds(15));
    case FaultKind::kStalledLoop:
      return random.Within(milliseconds(1), milliseconds(400));
    default:
      return random.Chance(50) ? random.Within(milliseconds(5), seconds(1))
                               : random.Within(seconds(1), seconds(8));
  }
}

FaultPlan PlanFault(FaultKind kind, const Plan& plan, Random& random) {
  FaultPlan fault;
  fault.kind = kind;
  fault.at = random.Within(milliseconds(500), seconds(16));
  fault.duration = LengthOf(kind, plan, random);
  fault.broker = random.Between(0, plan.brokers - 1);
  fault.replica = random.Between(0, plan.replicas - 1);
  fault.user = random.Between(1, plan.users);
  fault.code = CodeOf(kind, random);
  fault.ending = static_cast<Ending>(random.Between(0, kind == FaultKind::kPoison ? 3 : 2));
  if (fault.ending == Ending::kRefuseAndClose) fault.code = 0x87;
  fault.amount = random.Chance(50) ? random.Between(0, 150) : random.Between(0, 3000);
  if (plan.large_events) fault.amount *= random.Between(1, 100);
  fault.other_way = random.Chance(30);
  return fault;
}

}  // namespace

void PlanFaults(const std::vector<FaultKind>& kinds, Random random, Plan& plan) {
  std::vector<FaultKind> some = kinds;
  random.Shuffle(some);
  some.resize(std::min<std::size_t>(some.size(), 1 + random.Below(4)));
  if (some.empty()) return;
  // Now and then topics only, so that nothing excuses that others wait.
  if (random.Chance(20)) {
    std::vector<FaultKind> topical;
    std::copy_if(kinds.begin(), kinds.end(), std::back_inserter(topical), ConcernsTopics);
    if (!topical.empty()) some = {random.Pick(topical)};
  }
  // Now and then a single one, which nothing beside it excuses.
  const int count = random.Chance(25) ? 1 : random.Between(2, 8);
  for (int i = 0; i < count; ++i) {
    plan.faults.push_back(PlanFault(random.Pick(some), plan, random));
  }
  for (const FaultPlan& fault : plan.faults) {
    plan.calm_at = std::max(plan.calm_at, fault.at + fault.duration);
  }
}

}  // namespace dino::simulator
