#ifndef DINO_SERVER_HEALTH_HEALTH_H_
#define DINO_SERVER_HEALTH_HEALTH_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dino::health {

using Time = std::chrono::system_clock::time_point;

// Whether events get through: all of them as promised; all of them for now, or most; none.
enum class Verdict : std::uint8_t { kGood, kDegraded, kDown };
// Their names, in that order.
inline constexpr std::array<std::string_view, 3> kVerdictNames = {"good", "degraded", "down"};

inline std::string_view NameOf(Verdict verdict) {
  return kVerdictNames.at(static_cast<std::size_t>(verdict));
}

// What can be wrong. The order is that in which problems of one verdict are listed.
enum class ProblemKind : std::uint8_t {
  kDraining,                   // The server was told to stop.
  kNoBroker,                   // Nothing can be published to any broker.
  kBrokerLost,                 // One of several brokers cannot be reached.
  kBrokerLeft,                 // A broker acknowledges nothing.
  kBrokerLimits,               // A broker announced limits under which events do not fit.
  kPublicationsRefused,        // Brokers refuse publications.
  kPublicationsFail,           // Publications fail for other reasons.
  kSessionsMissing,            // Some sessions with a broker are not connected.
  kSessionsFlap,               // Sessions with a broker are lost again and again.
  kBrokerSlow,                 // A broker takes long to acknowledge.
  kTopicsConfined,             // A broker closes connections on topics.
  kQuarantineFails,            // What is to be sent alone for that cannot be.
  kPendingNearLimit,           // Calls are refused as OVERLOADED, or will be soon.
  kMemoryNearLimit,            // The system will soon kill the process.
  kConnectionsRefused,         // Callers cannot connect.
  kUnknownCallers,             // Many calls come without a valid key or certificate.
  kCallerOverQuota,            // A caller has sent too much for a while.
  kRevocationListsUnreadable,  // No client certificate is accepted.
  kKeyFileBroken,              // The last good key file stays in force.
  kTlsFilesBroken,             // The last good TLS files for callers stay in force.
  kBrokerTlsFilesBroken,       // No session can be opened with the TLS files for brokers.
  kCertificateExpires,         // A certificate of ours expires soon, or has.
};
// Their names in metrics and JSON, in that order.
inline constexpr std::array<std::string_view, 22> kProblemNames = {
    "draining",           "no_broker",         "broker_lost",
    "broker_left",        "broker_limits",     "publications_refused",
    "publications_fail",  "sessions_missing",  "sessions_flap",
    "broker_slow",        "topics_confined",   "quarantine_fails",
    "pending_near_limit", "memory_near_limit", "connections_refused",
    "unknown_callers",    "caller_over_quota", "crl_unreadable",
    "key_file_broken",    "tls_files_broken",  "broker_tls_files_broken",
    "certificate_expires"};

inline std::string_view NameOf(ProblemKind kind) {
  return kProblemNames.at(static_cast<std::size_t>(kind));
}

// One thing that is wrong, in words. Each text is whole sentences.
struct Problem {
  ProblemKind kind = ProblemKind::kDraining;
  // `kDegraded` or `kDown`.
  Verdict verdict = Verdict::kDegraded;
  // The broker or the file; empty where it is neither.
  std::string subject;
  Time since;
  // The part of all users that it concerns, from 0 to 1; none if that is not known.
  std::optional<double> user_share;
  // What is wrong; what that means for callers and users; and what to do.
  std::string what;
  std::string meaning;
  std::string action;

  // The same problem, perhaps at another time. There is but one of having no broker, whichever
  // brokers there are.
  bool IsSameAs(const Problem& other) const {
    return kind == other.kind && (subject == other.subject || kind == ProblemKind::kNoBroker);
  }
};

inline Problem ProblemOf(ProblemKind kind, Time since, std::string subject = {}) {
  Problem problem;
  problem.kind = kind;
  problem.since = since;
  problem.subject = std::move(subject);
  return problem;
}

// The state of a broker in a word.
enum class BrokerState : std::uint8_t {
  kConnected,        // All sessions are connected.
  kPartlyConnected,  // Some are.
  kLost,             // None is.
  kLeft,             // It acknowledges nothing.
  kLimited,          // Events do not fit what it announced.
  kGone,             // It is not among its name's addresses any more.
};
// Their names, in that order.
inline constexpr std::array<std::string_view, 6> kBrokerStateNames = {
    "connected", "partly connected", "not connected", "left", "limited", "gone"};

inline std::string_view NameOf(BrokerState state) {
  return kBrokerStateNames.at(static_cast<std::size_t>(state));
}

// A broker as the status shows it.
struct Broker {
  std::string name;
  BrokerState state = BrokerState::kConnected;
  // When that began.
  Time since;
  // Since when at least one session is connected, or none is.
  Time connected_since;
};

// Whether all is well, and if not, what is wrong.
struct Health {
  // Whether calls can be served; what readiness probes are told.
  bool ready = false;
  // The worst of the problems'.
  Verdict verdict = Verdict::kGood;
  // The worst first.
  std::vector<Problem> problems;
  // In the order of the facts.
  std::vector<Broker> brokers;
};

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_HEALTH_H_
