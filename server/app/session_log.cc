#include "server/app/session_log.h"

#include <chrono>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "server/log/log.h"
#include "server/mqtt/session/broker_judge.h"

namespace dino::app {
namespace {

constexpr std::chrono::seconds kLookInterval{1};

// How bad a broker's state is.
enum Badness { kWell, kDegraded, kDown };

constexpr char kLeft[] =
    "broker left: it acknowledges nothing; others serve its users if there are any";
constexpr char kNoSession[] = "broker down: no session is connected";
constexpr char kSomeSessions[] = "broker degraded: some sessions are not connected";
constexpr char kSessionsLost[] = "broker degraded: sessions were lost, and are connected again";
constexpr char kUsersAway[] = "broker degraded: some of its users are still served elsewhere";
constexpr char kRecovered[] = "broker recovered";
constexpr char kGone[] = "broker gone: it is not among the addresses of its name any more";

// The line of a single session. Those of its first connection tell of a start, the others are for
// who looks for details.
void Write(const mqtt::SessionChange& change, log::Level level) {
  const log::Field client_id{"client_id", change.client_id};
  const log::Field broker{"broker", change.broker};
  if (change.users == mqtt::Router::Move::kAway) {
    log::Write(level, "failover: another session serves the users", {client_id, broker});
  } else if (change.users == mqtt::Router::Move::kBack) {
    log::Write(level, "failback: the session serves its users again", {client_id, broker});
  } else if (change.connected && change.was_connected) {
    log::Write(level, "session moved to another address of its broker", {client_id, broker});
  } else if (change.connected) {
    absl::InlinedVector<log::Field, 5> fields = {
        client_id,
        broker,
        {"maximum_qos", std::uint64_t{change.announced.maximum_qos}},
        {"maximum_packet_size", std::uint64_t{change.announced.maximum_packet_size}}};
    if (!mqtt::TakesEvents(change.announced)) {
      fields.emplace_back("reason", "no event fits the broker's Maximum Packet Size");
    }
    log::Write(level, "session connected", fields);
  } else if (change.retired) {
    log::Write(level, "session closed", {client_id, broker, {"reason", change.reason}});
  } else {
    const std::chrono::duration<double> retry_in = change.retry_in;
    log::Write(
        level, change.was_connected ? "session lost" : "connecting failed",
        {client_id, broker, {"reason", change.reason}, {"retry_in_seconds", retry_in.count()}});
  }
}

}  // namespace

SessionLog::SessionLog(Looks looks) {
  if (looks == Looks::kWhenAsked) return;
  timer_.emplace("session-log", Clock::now() + kLookInterval, [this] {
    Look(Clock::now());
    return Clock::now() + kLookInterval;
  });
}

void SessionLog::OnSession(const mqtt::SessionChange& change) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    Broker& broker = brokers_[change.broker];
    first = change.connected && !broker.sessions[change.client_id].was_connected;
    TakeDown(change, broker);
  }
  const bool takes_events = !change.connected || mqtt::TakesEvents(change.announced);
  const log::Level of_first = takes_events ? log::Level::kInfo : log::Level::kWarning;
  Write(change, first ? of_first : log::Level::kDebug);
}

void SessionLog::TakeDown(const mqtt::SessionChange& change, Broker& broker) {
  if (change.retired) {
    broker.sessions.erase(change.client_id);
    return;
  }
  Session& session = broker.sessions[change.client_id];
  if (change.users != mqtt::Router::Move::kNone) {
    session.away = change.users == mqtt::Router::Move::kAway;
    return;
  }
  session.connected = change.connected;
  session.failed = !change.connected && !change.was_connected;
  session.was_connected = session.was_connected || change.connected;
  if (change.connected) return;
  ++broker.failures;
  broker.news = true;
  broker.reason = change.reason;
}

void SessionLog::OnBroker(const std::string& broker, bool left) {
  const MutexLock lock(mutex_);
  brokers_[broker].left = left;
}

void SessionLog::Look(Clock::time_point now) {
  const MutexLock lock(mutex_);
  for (auto& [name, broker] : brokers_) LookAt(name, broker, now);
}

SessionLog::Count SessionLog::CountOf(const Broker& broker) {
  Count count;
  for (const auto& [client_id, session] : broker.sessions) {
    if (session.connected) ++count.connected;
    if (session.away) ++count.away;
    if (session.failed) ++count.failed;
  }
  return count;
}

int SessionLog::BadnessOf(const Broker& broker, const Count& count) {
  // A broker that is gone from its name's addresses has no sessions left.
  if (broker.sessions.empty()) return kWell;
  if (broker.left || count.connected == 0) return kDown;
  const bool all_connected = count.connected == broker.sessions.size();
  return all_connected && count.away == 0 && !broker.news ? kWell : kDegraded;
}

std::string_view SessionLog::MessageOf(const Broker& broker, const Count& count) {
  // One that is left loses its sessions time and again, but they can connect.
  if (broker.left && count.failed < broker.sessions.size()) return kLeft;
  if (count.connected == 0) return kNoSession;
  if (count.connected < broker.sessions.size()) return kSomeSessions;
  return count.away > 0 ? kUsersAway : kSessionsLost;
}

void SessionLog::LookAt(const std::string& name, Broker& broker, Clock::time_point now) {
  using Line = log::StatePace::Line;
  const Count count = CountOf(broker);
  const int badness = BadnessOf(broker, count);
  const std::string_view message = MessageOf(broker, count);
  // One that was left may die, and the other way round.
  const bool turned = badness == kDown && !broker.said.empty() && message != broker.said;
  const Line line = broker.pace.Look(badness, now, turned);
  broker.news = false;
  if (line == Line::kNone) {
    if (badness == kWell && !broker.pace.open()) broker.failures = 0;
    return;
  }
  const std::chrono::duration<double> lasted = now - broker.pace.began_at();
  absl::InlinedVector<log::Field, 7> fields = {{"broker", name},
                                               {"sessions", broker.sessions.size()},
                                               {"connected", count.connected},
                                               {"failed_over", count.away},
                                               {"count", broker.failures}};
  if (lasted.count() > 0) fields.emplace_back("seconds", lasted.count());
  if (line == Line::kEnded) {
    log::Write(log::Level::kInfo, broker.sessions.empty() ? kGone : kRecovered, fields);
    broker.failures = 0;
    broker.said = {};
    return;
  }
  broker.said = message;
  fields.emplace_back("reason", broker.reason);
  log::Write(log::Level::kWarning, message, fields);
}

}  // namespace dino::app
