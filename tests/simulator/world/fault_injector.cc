#include "tests/simulator/world/fault_injector.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace dino::simulator {
namespace {

// Whether it concerns one broker only, and for as long as it lasts.
bool LeavesStandby(FaultKind kind) {
  switch (kind) {
    case FaultKind::kDown:
    case FaultKind::kAbsent:
    case FaultKind::kFrozen:
    case FaultKind::kDeaf:
    case FaultKind::kSilent:
    case FaultKind::kDrops:
    case FaultKind::kRefusesConnect:
      return true;
    default:
      return false;
  }
}

// Whether it is over at once.
bool IsBrief(FaultKind kind) {
  return kind == FaultKind::kEndConnections || kind == FaultKind::kCutAfterBytes ||
         kind == FaultKind::kUnsolicited;
}

// Whether a broker is left for it that takes connections, or has taken some.
bool StopsAnswers(FaultKind kind) {
  return kind == FaultKind::kAbsent || kind == FaultKind::kSeparated ||
         kind == FaultKind::kFrozen || kind == FaultKind::kDeaf || kind == FaultKind::kSilent ||
         kind == FaultKind::kDrops || kind == FaultKind::kSlow || kind == FaultKind::kOddAnswers;
}

// Whether clients must connect again to notice it.
bool NeedsConnect(FaultKind kind) {
  return kind == FaultKind::kRefusesConnect || kind == FaultKind::kSlowConnect ||
         kind == FaultKind::kLimits;
}

}  // namespace

void FaultInjector::Start() {
  for (const FaultPlan& fault : plan_.faults) {
    if (fault.kind == FaultKind::kCutAfterBytes) world_.ledger.weather().Cuts();
    if (ConcernsTopics(fault.kind)) {
      world_.ledger.weather().TroubleOf(fault.user);
      if (fault.kind == FaultKind::kPoison) world_.ledger.weather().PoisonOf(fault.user);
    }
    world_.timeline.At(Timeline::kStart + fault.at, [this, &fault] { Begin(fault); });
    world_.timeline.At(Timeline::kStart + fault.at + fault.duration,
                       [this, &fault] { End(fault); });
  }
}

void FaultInjector::Begin(const FaultPlan& fault) {
  world_.trace.Add("FAULT ", kFaultNames.at(static_cast<std::size_t>(fault.kind)), " broker ",
                   fault.broker, " replica ", fault.replica, " user ", fault.user, " code ",
                   fault.code, " amount ", fault.amount, fault.other_way ? " other way" : "");
  if (ConcernsTopics(fault.kind)) return BeginTopic(fault);
  Weather& weather = world_.ledger.weather();
  for (int replica = 0; replica < plan_.replicas; ++replica) {
    if (StopsAnswers(fault.kind)) weather.Unanswering(replica, world_.timeline.now());
    if (IsBrief(fault.kind)) {
      weather.Brief(replica, world_.timeline.now());
    } else {
      weather.Begin(replica, world_.timeline.now(), LeavesStandby(fault.kind));
    }
  }
  const std::string endpoint = EndpointOf(fault.broker);
  BrokerOf(fault).Change([&](BrokerManner& manner) { Change(fault, manner); });
  switch (fault.kind) {
    case FaultKind::kEndConnections:
      return BrokerOf(fault).End(fault.ending, fault.code,
                                 fault.other_way ? fault.replica : Broker::kAllReplicas);
    case FaultKind::kCutAfterBytes:
      return CutAfterBytes(fault);
    case FaultKind::kAbsent:
      return SeparateAll(fault.broker, true);
    case FaultKind::kSeparated:
      return world_.network.Separate(fault.replica, endpoint);
    case FaultKind::kUnsolicited:
      return BrokerOf(fault).PublishUnsolicited(fault.other_way ? 0 : 1);
    case FaultKind::kStalledLoop:
      return world_.replicas[static_cast<std::size_t>(fault.replica)]->Stall(
          static_cast<std::size_t>(fault.amount), fault.duration);
    default:
      if (fault.kind == FaultKind::kDown || NeedsConnect(fault.kind)) {
        BrokerOf(fault).End(fault.ending, fault.code);
      }
      return;
  }
}

void FaultInjector::Change(const FaultPlan& fault, BrokerManner& manner) const {
  switch (fault.kind) {
    case FaultKind::kDown:
      manner.door = Door::kShut;
      return;
    case FaultKind::kAbsent:
      manner.door = Door::kAbsent;
      return;
    case FaultKind::kFrozen:
      manner.frozen = true;
      return;
    case FaultKind::kDeaf:
      manner.deaf = true;
      return;
    case FaultKind::kDrops:
      manner.drops = true;
      [[fallthrough]];
    case FaultKind::kSilent:
      manner.silent = true;
      return;
    case FaultKind::kSlow:
      manner.ack_low = plan_.ack_timeout / 5;
      manner.ack_high = plan_.ack_timeout * 4 / 5;
      return;
    case FaultKind::kOddAnswers:
      manner.twice = fault.amount % 50;
      manner.unknown = fault.amount % 30;
      manner.nobody = fault.amount % 20;
      manner.never = fault.other_way ? 5 : 0;
      manner.ack_high = plan_.ack_timeout / 4;
      return;
    case FaultKind::kRefusesConnect:
      manner.connack_code = fault.code;
      return;
    case FaultKind::kSlowConnect:
      manner.connack_delay = std::chrono::milliseconds(fault.amount);
      return;
    case FaultKind::kLimits:
      if (fault.other_way) manner.maximum_qos = 0;
      manner.receive_maximum = static_cast<std::uint16_t>(fault.amount % 10 + 1);
      return;
    default:
      return;
  }
}

void FaultInjector::Restore(FaultKind kind, BrokerManner& manner) {
  const BrokerManner well;
  switch (kind) {
    case FaultKind::kDown:
    case FaultKind::kAbsent:
      manner.door = well.door;
      return;
    case FaultKind::kFrozen:
      manner.frozen = false;
      return;
    case FaultKind::kDeaf:
      manner.deaf = false;
      return;
    case FaultKind::kDrops:
    case FaultKind::kSilent:
      manner.drops = manner.silent = false;
      return;
    case FaultKind::kSlow:
    case FaultKind::kOddAnswers:
      manner.twice = manner.unknown = manner.nobody = manner.never = 0;
      manner.ack_low = well.ack_low;
      manner.ack_high = well.ack_high;
      return;
    case FaultKind::kRefusesConnect:
      manner.connack_code = 0;
      return;
    case FaultKind::kSlowConnect:
      manner.connack_delay = well.connack_delay;
      return;
    case FaultKind::kLimits:
      manner.maximum_qos = well.maximum_qos;
      manner.receive_maximum = well.receive_maximum;
      return;
    default:
      return;
  }
}

void FaultInjector::End(const FaultPlan& fault) {
  world_.trace.Add("END OF ", kFaultNames.at(static_cast<std::size_t>(fault.kind)), " broker ",
                   fault.broker, " user ", fault.user);
  if (ConcernsTopics(fault.kind)) {
    world_.ledger.PoisonEnded(fault.user);
    return world_.cluster.Treat(fault.user, TopicManner());
  }
  BrokerOf(fault).Change([&](BrokerManner& manner) { Restore(fault.kind, manner); });
  if (fault.kind == FaultKind::kAbsent) SeparateAll(fault.broker, false);
  if (fault.kind == FaultKind::kCutAfterBytes) {
    world_.network.DoNotCut(fault.replica, EndpointOf(fault.broker));
  }
  if (fault.kind == FaultKind::kSeparated) {
    world_.network.Join(fault.replica, EndpointOf(fault.broker));
  }
  if (fault.kind == FaultKind::kLimits) BrokerOf(fault).End(Ending::kClose, 0);
  for (int replica = 0; replica < plan_.replicas && !IsBrief(fault.kind); ++replica) {
    if (StopsAnswers(fault.kind)) {
      world_.ledger.weather().Unanswering(replica, world_.timeline.now());
    }
    world_.ledger.weather().End(replica, world_.timeline.now());
  }
}

void FaultInjector::CutAfterBytes(const FaultPlan& fault) {
  const std::string endpoint = EndpointOf(fault.broker);
  const simulator::End writer = fault.other_way ? simulator::End::kBroker : simulator::End::kClient;
  const auto wires = world_.network.Wires(fault.replica, endpoint);
  const auto bytes = static_cast<std::uint64_t>(fault.amount);
  if (wires.empty()) return world_.network.CutNext(fault.replica, endpoint, writer, bytes);
  wires[static_cast<std::size_t>(fault.amount) % wires.size()]->CutAfter(writer, bytes);
}

void FaultInjector::BeginTopic(const FaultPlan& fault) {
  TopicManner manner;
  manner.code = fault.code;
  manner.ending = fault.ending;
  manner.late = plan_.ack_timeout * 4 / 5;
  manner.kind = fault.kind == FaultKind::kRefusedTopic ? TopicManner::Kind::kRefused
                : fault.kind == FaultKind::kLateTopic  ? TopicManner::Kind::kLate
                                                       : TopicManner::Kind::kPoison;
  world_.cluster.Treat(fault.user, manner);
  if (fault.kind == FaultKind::kPoison) {
    world_.ledger.PoisonBegan(fault.user, fault.ending != Ending::kRefuseAndClose);
  } else {
    world_.ledger.PoisonEnded(fault.user);
  }
}

void FaultInjector::SeparateAll(int broker, bool separate) {
  for (int replica = 0; replica < plan_.replicas; ++replica) {
    if (separate) {
      world_.network.Separate(replica, EndpointOf(broker));
    } else {
      world_.network.Join(replica, EndpointOf(broker));
    }
  }
}

}  // namespace dino::simulator
