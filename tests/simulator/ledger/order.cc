// The order in which subscribers receive events.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulator/ledger/ledger.h"

namespace dino::simulator {

void Ledger::Delivered(UserId user, int event, int connection) {
  EventRecord& record = events_[event];
  trace_.Add("user ", user, " receives event ", event, " (connection ", connection, ")");
  // Duplicates do not count.
  if (!record.delivered.insert(user).second) return;
  std::vector<int>& received = received_[user];
  for (const int earlier : received) {
    const EventRecord& other = events_[earlier];
    if (!MustPrecede(record, other) || !Calm(user, record, other)) continue;
    // What was given up without an answer, on a connection that is no more, is nobody's to hold
    // back.
    if (connections_[connection].closed && LostTrack(record, user)) continue;
    if (ByOtherWays(user, record, other, connection)) continue;
    Violated(Invariant::kInOrder,
             absl::StrCat("user ", user, " receives event ", event, " after event ", earlier,
                          ", whose call came later"));
    return;
  }
  received.push_back(event);
}

bool Ledger::ByOtherWays(UserId user, const EventRecord& first, const EventRecord& second,
                         int connection) const {
  // With QoS 0 nobody tells when a connection has delivered, so that another one might go on.
  const auto any = [user](const EventRecord& event, auto condition) {
    return std::any_of(event.copies.begin(), event.copies.end(), [&](const auto& entry) {
      return entry.first.second == user &&
             std::any_of(entry.second.begin(), entry.second.end(), condition);
    });
  };
  return any(first, [](const Copy& copy) { return copy.state == Copy::State::kWritten; }) &&
         any(second, [connection](const Copy& copy) { return copy.connection != connection; });
}

bool Ledger::MustPrecede(const EventRecord& first, const EventRecord& second) const {
  if (first.calls.empty() || second.calls.empty()) return false;
  if (first.lane != 0 && first.lane == second.lane && !first.left_lane) {
    return first.place_in_lane < second.place_in_lane;
  }
  const Time second_made = calls_[second.calls.front()].made_at;
  return std::all_of(first.calls.begin(), first.calls.end(), [&](int call) {
    const std::optional<Time>& answered = calls_[call].answered_at;
    return answered.has_value() && *answered <= second_made;
  });
}

bool Ledger::Calm(UserId user, const EventRecord& first, const EventRecord& second) const {
  std::set<int> replicas;
  for (const int call : first.calls) replicas.insert(calls_[call].replica);
  for (const int call : second.calls) replicas.insert(calls_[call].replica);
  // One that has started anew knows no more of before than another one.
  const Time second_made = calls_[second.calls.front()].made_at;
  const Time first_made = calls_[first.calls.front()].made_at;
  const bool restarted =
      restarted_at_.has_value() && first_made < *restarted_at_ && second_made >= *restarted_at_;
  if (replicas.size() == 1 && !restarted) return true;
  // No replica knows what another one has given up, or has on its way.
  if (!Acknowledged(first, user)) return false;
  // While brokers come and go, replicas may differ about them.
  const Time since = calls_[first.calls.front()].made_at;
  return std::all_of(replicas.begin(), replicas.end(), [&](int replica) {
    return weather_.Calm(replica, since) && weather_.Answering(replica, since);
  });
}

bool Ledger::Acknowledged(const EventRecord& event, UserId user) const {
  return std::any_of(event.copies.begin(), event.copies.end(), [&](const auto& entry) {
    const auto& [to, copies] = entry;
    return to.second == user && std::any_of(copies.begin(), copies.end(), [&](const Copy& copy) {
             // With QoS 0 no broker was asked.
             return copy.state == Copy::State::kAnswered &&
                    batches_[copy.batch].recipients.find(user)->second.acknowledged;
           });
  });
}

bool Ledger::LostTrack(const EventRecord& event, UserId user) const {
  return std::all_of(event.calls.begin(), event.calls.end(), [&](int call) {
    const auto copies = event.copies.find({calls_[call].replica, user});
    return copies == event.copies.end() ||
           std::all_of(copies->second.begin(), copies->second.end(), [&](const Copy& copy) {
             // With QoS 0 nobody can tell whether it arrived.
             if (copy.state == Copy::State::kWritten) return true;
             return copy.state != Copy::State::kOpen &&
                    !batches_[copy.batch].recipients.find(user)->second.acknowledged;
           });
  });
}

}  // namespace dino::simulator
