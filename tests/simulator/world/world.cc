#include "tests/simulator/world/world.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/simulator/base/random.h"

namespace dino::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kNetworkDrawer = 200;
constexpr std::uint64_t kBrokerDrawer = 300;
// More than a run ever needs.
constexpr std::uint64_t kMostSteps = 5000000;
constexpr seconds kLongestRun{600};

// What a user may wait for in calm weather, and a probe of one whose topic had trouble.
constexpr seconds kSoon{2};
constexpr seconds kSoonAfterTrouble{8};
// What moving users to another broker takes beside noticing.
constexpr seconds kSettling{4};
// How long a replica that stops lets calls go on.
constexpr seconds kPatience{5};
// A connection that has died silently is noticed so soon.
constexpr seconds kIdleDeath{15};

Weather::Climate ClimateOf(const Plan& plan) {
  Weather::Climate climate;
  // A window that late topics can fill is one that others wait for.
  const bool roomy = plan.window > static_cast<std::size_t>(plan.users) &&
                     plan.window_bytes > 100000 && plan.wire.room > 10000;
  if (roomy) climate.soon = kSoon;
  climate.always_room = plan.wire.room > 10000 && !plan.large_events;
  // Where nothing is published, keep-alive finds out.
  climate.leaving = kIdleDeath + 2 * plan.ack_timeout + plan.failover_after + kSettling;
  // Nobody may have noticed before.
  climate.trial = 2 * plan.ack_timeout;
  climate.has_standby = plan.brokers > 1;
  return climate;
}

}  // namespace

World::World(const Plan& plan, bool traced)
    : plan_(plan),
      trace_(timeline_, traced),
      ledger_(timeline_, trace_, plan.loop_delay * 4 + milliseconds(500), ClimateOf(plan)),
      network_(timeline_, Random(plan.seed, kNetworkDrawer), plan.wire),
      cluster_(timeline_, ledger_, plan.brokers, plan.cluster_delay) {
  Prepare();
}

void World::Prepare() {
  for (int i = 0; i < plan_.brokers; ++i) {
    const std::uint64_t seed = Random(plan_.seed, kBrokerDrawer, static_cast<unsigned>(i)).Next();
    brokers_.push_back(std::make_unique<Broker>(i, timeline_, ledger_, cluster_, seed));
    network_.AddHost(EndpointOf(i), brokers_.back()->AsHost());
  }
  present_ = plan_.name.present_at_start;
  if (plan_.name.used()) LeadTo(present_, network_);
  for (int i = 0; i < plan_.replicas; ++i) {
    replicas_.push_back(std::make_unique<Replica>(i, plan_, timeline_, network_, ledger_));
  }
  const Caller::World world{timeline_, trace_, ledger_, replicas_};
  for (const CallerPlan& caller : plan_.callers) {
    callers_.push_back(std::make_unique<Caller>(world, static_cast<int>(callers_.size()), caller,
                                                [this] { --open_callers_; }));
  }
  open_callers_ = callers_.size();
  faults_ = std::make_unique<FaultInjector>(
      FaultInjector::World{timeline_, trace_, ledger_, network_, cluster_, brokers_, replicas_},
      plan_);
}

void World::ChangeName(const NamePlan::Change& change) {
  trace_.Add("the name leads to ", EndpointOf(change.broker), change.present ? "" : " no longer");
  present_[static_cast<std::size_t>(change.broker)] = change.present;
  LeadTo(present_, network_);
  // Until all have seen it, replicas may differ.
  for (int replica = 0; replica < plan_.replicas; ++replica) {
    ledger_.weather().Brief(replica, timeline_.now());
  }
}

RunResult World::Run() {
  faults_->Start();
  for (const NamePlan::Change& change : plan_.name.changes) {
    timeline_.After(change.at, [this, change] { ChangeName(change); });
  }
  // The first connections need a moment.
  timeline_.After(milliseconds(200), [this] {
    for (const auto& caller : callers_) caller->Start();
  });
  PlanProbes();
  if (plan_.stopped_replica.has_value()) {
    timeline_.After(plan_.stop_at, [this] {
      trace_.Add("replica ", *plan_.stopped_replica, " stops");
      replicas_[static_cast<std::size_t>(*plan_.stopped_replica)]->Drain(kPatience);
      if (plan_.restarts) RestartWhenStopped();
    });
  }
  RunUntil([this] { return open_callers_ == 0 && probed_ && open_probes_ == 0; });
  for (const auto& replica : replicas_) replica->Drain(kPatience);
  RunUntil([this] {
    return std::all_of(replicas_.begin(), replicas_.end(),
                       [](const auto& replica) { return replica->stopped(); });
  });
  if (!ledger_.violation().has_value()) CheckEnd();
  return {ledger_.violation(), ledger_.acknowledged(), plan_.faults.size(), timeline_.elapsed(),
          trace_.Take()};
}

void World::RestartWhenStopped() {
  const int number = *plan_.stopped_replica;
  auto& replica = replicas_[static_cast<std::size_t>(number)];
  if (!replica->stopped()) {
    timeline_.After(milliseconds(100), [this] { RestartWhenStopped(); });
    return;
  }
  trace_.Add("replica ", number, " starts again, and knows nothing");
  stopped_.push_back(std::move(replica));
  replica = std::make_unique<Replica>(number, plan_, timeline_, network_, ledger_, /*life=*/1);
  ledger_.weather().Brief(number, timeline_.now());
  ledger_.Restarted(number);
}

void World::RunUntil(const std::function<bool()>& done) {
  while (!ledger_.violation().has_value() && !done()) {
    WatchTimers();
    if (!timeline_.RunNext() || timeline_.steps() > kMostSteps ||
        timeline_.elapsed() > kLongestRun) {
      ledger_.Violated(Invariant::kNobodyWaits, "the run comes to no end");
    }
  }
}

void World::WatchTimers() {
  const Time next = timers_.next();
  if (next >= timers_at_ || next == Timer::kNever) return;
  timers_at_ = next;
  timeline_.At(next, [this] {
    timers_at_ = Time::max();
    timers_.CallDue();
  });
}

void World::PlanProbes() {
  timeline_.After(plan_.calm_at + Weather::kRecovery, [this] {
    Probe();
    probed_ = true;
  });
}

void World::Probe() {
  for (int i = 0; i < plan_.replicas; ++i) {
    Replica& replica = *replicas_[static_cast<std::size_t>(i)];
    for (UserId user = 1; user <= plan_.users && !replica.draining(); ++user) {
      const int number = ledger_.NewEvent(0, 0);
      fanout::Event event;
      event.json = JsonOf(number);
      event.recipients = {user};
      event.accepted_at = timeline_.now();
      const bool soon = ledger_.weather().Healthy(user) && ClimateOf(plan_).soon.has_value();
      event.deadline = timeline_.now() + (soon ? kSoon : kSoonAfterTrouble);
      const int call = ledger_.CallMade(number, i, false, event.deadline);
      ++open_probes_;
      replica.publisher().Publish(
          std::move(event), [this, call, user, i](const fanout::EventPublisher::Result& result) {
            --open_probes_;
            const auto* answer = std::get_if<fanout::CallResult>(&result);
            if (answer == nullptr) {
              return ledger_.Violated(Invariant::kNobodyWaits, "refused though all is well");
            }
            const Reported reported = ReportedOf(answer->outcomes.front().outcome);
            ledger_.CallAnswered(call, {{user, reported}});
            // Not for one that is stopped meanwhile.
            const bool stops = replicas_[static_cast<std::size_t>(i)]->draining();
            if (reported == Reported::kAcknowledged || stops) return;
            ledger_.Violated(
                Invariant::kNobodyWaits,
                absl::StrCat("replica ", i, " does not serve user ", user, " though all is well"));
          });
    }
  }
}

void World::CheckEnd() {
  if (ledger_.open_batches() > 0) {
    ledger_.Violated(Invariant::kBooksBalance, "an event has not ended");
  }
  for (const auto* all : {&replicas_, &stopped_}) {
    for (const auto& replica : *all) replica->CheckBooks();
  }
  for (const auto& named : fanout::PublicationMeter::kOutcomes) {
    std::uint64_t counted = 0;
    for (const auto* all : {&replicas_, &stopped_}) {
      for (const auto& replica : *all) counted += replica->CountOf(named.outcome);
    }
    if (counted == ledger_.ended_as(ReportedOf(named.outcome))) continue;
    ledger_.Violated(Invariant::kBooksBalance,
                     absl::StrCat(counted, " publications are counted as ", std::string(named.name),
                                  ", not ", ledger_.ended_as(ReportedOf(named.outcome))));
  }
}

}  // namespace dino::simulator
