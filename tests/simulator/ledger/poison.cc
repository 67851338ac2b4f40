// What publications may cost on which brokers end connections.
#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/ledger/ledger.h"

namespace dino::simulator {
namespace {

// The contract's: three losses, two of them of connections that others use.
constexpr int kMostKills = 3;
constexpr int kMostSharedKills = 2;
// Three losses take no longer, with what must be waited for each; and each one beside them.
constexpr std::chrono::seconds kSoonRejected{9};
constexpr std::chrono::milliseconds kOneLoss{1500};
// With QoS 0, what was written just before the end may be the reason for it.
constexpr std::chrono::milliseconds kJustBefore{100};

}  // namespace

void Ledger::PoisonBegan(UserId user, bool silently) {
  poison_[user] = {timeline_.now(), silently};
  // It was innocent meanwhile; what it costs counts anew.
  for (auto& [whose, kills] : shared_kills_) {
    if (whose.second == user) kills = 0;
  }
}

void Ledger::Killed(UserId user, int event, int connection) {
  const ConnectionRecord& wire = connections_[connection];
  // Another one's refusal seems to be the reason.
  const bool hidden = wire.refused != user && wire.refused_at + kJustBefore >= timeline_.now();
  const int kills = kills_[{wire.replica, {event, user}}] += hidden ? 0 : 1;
  for (const auto& [packet_id, sent] : wire.open) SuspectAll(wire.replica, sent.event);
  for (const auto& [other, at] : wire.written) {
    if (at + kJustBefore >= timeline_.now()) suspects_.insert(other);
  }
  SuspectAll(wire.replica, event);
  killed_at_[{wire.replica, user}].push_back(timeline_.now());
  killers_[{wire.replica, event}].insert(user);
  // Whoever was in flight at a loss may be kept apart with others of its kind.
  const bool shared = std::any_of(wire.users.begin(), wire.users.end(),
                                  [this](UserId other) { return suspects_.count(other) == 0; });
  const int shared_kills = shared_kills_[{wire.replica, user}] += shared && !hidden ? 1 : 0;
  if (!hidden) connections_[connection].kill = {user, event, shared};
  // While brokers come and go, the bridge cannot tell who is to blame.
  if (!weather_.FaultFree(wire.replica, timeline_.now())) return;
  // A repeated call may cost a connection of its own again.
  const int calls = static_cast<int>(events_[event].calls.size());
  if (kills >= kMostKills + calls) {
    Violated(Invariant::kQuarantine,
             absl::StrCat(Name(event, user), " has cost ", kills, " connections, the last beside ",
                          OthersOpen(wire), " others"));
  }
  if (shared && shared_kills > kMostSharedKills) {
    Violated(Invariant::kQuarantine, absl::StrCat("user ", user, " has cost ", shared_kills,
                                                  " connections that others use"));
  }
}

void Ledger::HideKill(ConnectionRecord& wire, UserId refused) {
  if (!wire.kill.has_value() || wire.kill->user == refused) return;
  const auto [user, event, shared] = *std::exchange(wire.kill, std::nullopt);
  --kills_[{wire.replica, {event, user}}];
  if (shared) --shared_kills_[{wire.replica, user}];
}

void Ledger::SuspectAll(int replica, int event) {
  // The rest of the event may be no better.
  for (const auto& [user, recipient] : batches_[latest_batch_[{replica, event}]].recipients) {
    suspects_.insert(user);
  }
}

std::ptrdiff_t Ledger::OthersOpen(const ConnectionRecord& wire) const {
  return std::count_if(connections_.begin(), connections_.end(),
                       [&wire](const ConnectionRecord& other) {
                         return &other != &wire && !other.closed && other.replica == wire.replica &&
                                other.endpoint == wire.endpoint;
                       });
}

void Ledger::CheckPoisoned(const BatchRecord& batch, UserId user, Reported reported) {
  const auto poison = poison_.find(user);
  const Time now = timeline_.now();
  if (poison == poison_.end() || !poison->second.silently ||
      poison->second.since > batch.began_at || batch.qos == 0 || batch.stop_at.has_value() ||
      !weather_.FaultFree(batch.replica, batch.began_at) || poison_.size() > 1) {
    return;
  }
  if (reported == Reported::kRejected) return;
  // Its topic's earlier events go first.
  const std::vector<Time>& killed_at = killed_at_[{batch.replica, user}];
  const auto losses = std::count_if(killed_at.begin(), killed_at.end(),
                                    [&batch](Time at) { return at >= batch.began_at; });
  if (now < batch.began_at + kSoonRejected + losses * Duration(kOneLoss)) return;
  Violated(
      Invariant::kQuarantine,
      absl::StrCat("not rejected, though a broker ends connections on ", Name(batch.event, user)));
}

}  // namespace dino::simulator
