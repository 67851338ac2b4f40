#include "tests/simulator/plan/plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tests/simulator/base/random.h"
#include "tests/simulator/plan/fault_planner.h"

namespace dino::simulator {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Who draws; the numbers are part of what a seed means.
enum Drawer : std::uint64_t { kWorld = 1, kCallers, kFaults, kNames, kTwins };

void PlanWorld(Random random, const Scope& scope, Plan& plan) {
  plan.replicas = std::min(random.Chance(40) ? 2 : 1, scope.replicas);
  plan.brokers = std::min(random.Between(1, 3), scope.brokers);
  plan.users = random.Between(2, 12);
  plan.sessions = random.Between(1, 6);
  plan.loops = random.Between(1, 2);
  plan.window = random.Chance(20) ? static_cast<std::size_t>(random.Between(1, 3))
                                  : static_cast<std::size_t>(random.Between(4, 64));
  if (random.Chance(10)) plan.window_bytes = static_cast<std::size_t>(random.Between(200, 2000));
  plan.ack_timeout = random.Chance(50) ? seconds(5) : random.Within(seconds(1), seconds(5));
  plan.failover_after = random.Chance(50) ? seconds(5) : random.Within(seconds(1), seconds(5));
  plan.wire.latency = random.Within(microseconds(20), milliseconds(3));
  plan.wire.jitter = random.Within(microseconds(0), milliseconds(2));
  if (random.Chance(20)) {
    plan.wire.room = static_cast<std::size_t>(random.Between(150, 2000));
  } else {
    plan.large_events = random.Chance(8);
  }
  if (random.Chance(30)) plan.wire.split_percent = random.Between(1, 90);
  if (random.Chance(60)) plan.cluster_delay = random.Within(microseconds(0), milliseconds(300));
  plan.loop_delay = random.Within(microseconds(1), milliseconds(2));
  // Now and then everything must pass one small place.
  if (random.Chance(20)) {
    plan.brokers = plan.sessions = 1;
    plan.users = random.Between(2, 4);
    plan.wire.room = WireManner().room;
    plan.large_events = true;
  }
  if (scope.names) plan.brokers = 4;
  for (int replica = 0; replica < plan.replicas; ++replica) {
    std::vector<int> order(static_cast<std::size_t>(plan.brokers));
    std::iota(order.begin(), order.end(), 0);
    random.Shuffle(order);
    plan.broker_orders.push_back(order);
  }
}

EventPlan PlanEvent(const Plan& plan, Random& random) {
  EventPlan event;
  // Often one or two users, sometimes all; the same few again and again.
  for (UserId user = 1; user <= plan.users; ++user) event.users.push_back(user);
  random.Shuffle(event.users);
  const int most = random.Chance(30) ? plan.users : std::min(plan.users, 3);
  event.users.resize(static_cast<std::size_t>(random.Between(1, most)));
  event.pause = random.Chance(50) ? Duration(0) : random.Within(Duration(0), milliseconds(50));
  if (plan.large_events && random.Chance(50)) {
    event.padding = static_cast<std::size_t>(random.Between(1000, 100000));
  }
  return event;
}

CallPlan PlanCall(const Plan& plan, Random& random) {
  CallPlan call;
  // Where everything is crowded, mostly lanes.
  const int kind = random.Between(plan.large_events ? 5 : 0, 9);
  if (kind >= 5) call.kind = CallPlan::Kind::kKeyed;
  if (kind >= 7) call.kind = CallPlan::Kind::kBatch;
  if (kind >= 8) call.kind = CallPlan::Kind::kStream;
  call.replica = random.Between(0, plan.replicas - 1);
  if (random.Chance(5)) call.qos = 0;
  call.pause = random.Chance(70) ? random.Within(Duration(0), milliseconds(300))
                                 : random.Within(Duration(0), seconds(3));
  call.time_allowed = random.Chance(60) ? seconds(10) : random.Within(milliseconds(5), seconds(8));
  const bool several = call.kind == CallPlan::Kind::kBatch || call.kind == CallPlan::Kind::kStream;
  const int events = several ? random.Between(2, 8) : 1;
  for (int i = 0; i < events; ++i) call.events.push_back(PlanEvent(plan, random));
  if (random.Chance(8)) call.cancel_after = random.Within(Duration(0), seconds(2));
  call.repeats = random.Between(0, 4);
  call.joined = random.Chance(30);
  return call;
}

void PlanCallers(Random random, Plan& plan) {
  plan.callers.resize(static_cast<std::size_t>(random.Between(1, 5)));
  for (CallerPlan& caller : plan.callers) {
    const int calls = random.Between(3, 14);
    for (int i = 0; i < calls; ++i) caller.calls.push_back(PlanCall(plan, random));
  }
}

void PlanTwins(Random random, Plan& plan) {
  plan.restarts = random.Chance(50);
  for (CallerPlan& caller : plan.callers) {
    for (CallPlan& call : caller.calls) {
      const bool several =
          call.kind == CallPlan::Kind::kBatch || call.kind == CallPlan::Kind::kStream;
      call.twins = several && random.Chance(25);
    }
  }
}

// Calls for everybody again and again, so that somebody is there whenever something goes wrong.
CallerPlan PlanPatrol(const Plan& plan, Random& random) {
  CallerPlan patrol;
  EventPlan everybody;
  for (UserId user = 1; user <= plan.users; ++user) everybody.users.push_back(user);
  const Duration until = plan.calm_at + seconds(10);
  for (Duration at{}; at < until;) {
    CallPlan call;
    call.replica = random.Between(0, plan.replicas - 1);
    call.pause = random.Within(seconds(1), seconds(6));
    call.time_allowed = seconds(10);
    call.events = {everybody};
    at += call.pause;
    patrol.calls.push_back(std::move(call));
  }
  return patrol;
}

void PlanName(Random random, Plan& plan) {
  NamePlan& name = plan.name;
  name.look_up_every = random.Within(seconds(1), seconds(4));
  // One address alone stands for the name, not for a broker: there are always two.
  name.present_at_start.assign(static_cast<std::size_t>(plan.brokers), true);
  for (int absent = random.Between(0, 2); absent > 0; --absent) {
    name.present_at_start[static_cast<std::size_t>(random.Between(0, plan.brokers - 1))] = false;
  }
  std::vector<bool> present = name.present_at_start;
  const int changes = random.Between(0, 4);
  Duration at{};
  for (int i = 0; i < changes; ++i) {
    at += random.Within(milliseconds(500), seconds(8));
    const auto broker = static_cast<std::size_t>(random.Between(0, plan.brokers - 1));
    present[broker] = !present[broker];
    if (std::count(present.begin(), present.end(), true) < 2) present[broker] = true;
    name.changes.push_back({at, static_cast<int>(broker), present[broker]});
  }
  plan.calm_at = std::max(plan.calm_at, at);
}

}  // namespace

Plan MakePlan(std::uint64_t seed, const Scope& scope) {
  Plan plan;
  plan.seed = seed;
  PlanWorld(Random(seed, kWorld), scope, plan);
  PlanCallers(Random(seed, kCallers), plan);
  PlanTwins(Random(seed, kTwins), plan);
  PlanFaults(scope.kinds, Random(seed, kFaults), plan);
  if (scope.names) PlanName(Random(seed, kNames), plan);
  Random random(seed, kWorld, 1);
  if (random.Chance(50)) plan.callers.push_back(PlanPatrol(plan, random));
  if (random.Chance(15)) {
    plan.stopped_replica = random.Between(0, plan.replicas - 1);
    plan.stop_at = random.Within(seconds(1), seconds(20));
  }
  return plan;
}

}  // namespace dino::simulator
