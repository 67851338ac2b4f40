#include "server/health/changes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/health/words.h"

namespace dino::health {
namespace {

bool IsUp(const Broker& broker) {
  return broker.state == BrokerState::kConnected || broker.state == BrokerState::kPartlyConnected;
}

const Broker* Find(const Health& health, const std::string& name) {
  const auto found = std::find_if(health.brokers.begin(), health.brokers.end(),
                                  [&name](const Broker& broker) { return broker.name == name; });
  return found == health.brokers.end() ? nullptr : &*found;
}

const Problem* Find(const Health& health, const Problem& like) {
  const auto found =
      std::find_if(health.problems.begin(), health.problems.end(),
                   [&like](const Problem& problem) { return problem.IsSameAs(like); });
  return found == health.problems.end() ? nullptr : &*found;
}

// What there is to say when a problem is over; without a full stop.
std::string Relief(const Problem& problem) {
  const auto of_broker = [&problem](const char* text) {
    return absl::StrCat("Broker ", problem.subject, text);
  };
  switch (problem.kind) {
    case ProblemKind::kDraining:
      return "Calls are taken again";
    case ProblemKind::kNoBroker:
      return "Events go out again";
    case ProblemKind::kBrokerLost:
      return of_broker(" is connected again");
    case ProblemKind::kBrokerLeft:
      return of_broker(" acknowledges publications again and is taken back");
    case ProblemKind::kBrokerLimits:
      return of_broker(" takes events again");
    case ProblemKind::kPublicationsRefused:
      return "Publications are no longer refused";
    case ProblemKind::kPublicationsFail:
      return "Every publication is answered again";
    case ProblemKind::kSessionsMissing:
      return of_broker(": all sessions are connected again");
    case ProblemKind::kSessionsFlap:
      return of_broker(": sessions hold again");
    case ProblemKind::kBrokerSlow:
      return of_broker(" acknowledges fast enough again");
    case ProblemKind::kTopicsConfined:
      return of_broker(": no topic is confined any more");
    case ProblemKind::kQuarantineFails:
      return of_broker(" no longer refuses the connection for what must go out alone");
    case ProblemKind::kPendingNearLimit:
      return "Pending work is far from its limit again";
    case ProblemKind::kMemoryNearLimit:
      return "The process is far from its memory limit again";
    case ProblemKind::kConnectionsRefused:
      return "Connections are accepted again";
    case ProblemKind::kUnknownCallers:
      return "Hardly any call comes without a valid key or certificate any more";
    case ProblemKind::kCallerOverQuota:
      return "Callers keep to their quotas again";
    case ProblemKind::kRevocationListsUnreadable:
      return "tls-client-crl-file can be read again";
    case ProblemKind::kKeyFileBroken:
      return "auth-keys-file is valid again";
    case ProblemKind::kTlsFilesBroken:
      return "The TLS files for callers are valid again";
    case ProblemKind::kBrokerTlsFilesBroken:
      return "The TLS files for brokers are valid again";
    case ProblemKind::kCertificateExpires:
      return absl::StrCat("The certificate in ", problem.subject, " was replaced");
  }
  return "Over";
}

// A problem of a broker may end in a worse one, or because the broker was removed.
bool IsRelief(const Problem& problem, const Health& after) {
  if (problem.kind == ProblemKind::kNoBroker) {
    return std::any_of(after.brokers.begin(), after.brokers.end(), IsUp);
  }
  const Broker* const broker = Find(after, problem.subject);
  return broker == nullptr || IsUp(*broker);
}

void AddProblems(const Health& before, const Health& after, Time now,
                 std::vector<Change>& changes) {
  for (const Problem& problem : before.problems) {
    if (Find(after, problem) != nullptr || !IsRelief(problem, after)) continue;
    changes.push_back(
        {now, Verdict::kGood, NameOf(problem.kind), problem.subject,
         absl::StrCat(Relief(problem), ", after ", InWords(now - problem.since), ".")});
  }
  for (const Problem& problem : after.problems) {
    const Problem* const known = Find(before, problem);
    if (known != nullptr && known->verdict == problem.verdict) continue;
    changes.push_back({known == nullptr ? problem.since : now, problem.verdict,
                       NameOf(problem.kind), problem.subject, problem.what});
  }
}

void AddBrokers(const Health& before, const Health& after, Time now, std::vector<Change>& changes) {
  // At first all are new.
  if (before.brokers.empty()) return;
  const auto add = [&](Time at, Verdict verdict, const Broker& broker, const char* text) {
    changes.push_back({at, verdict, {}, broker.name, absl::StrCat("Broker ", broker.name, text)});
  };
  for (const Broker& broker : after.brokers) {
    const Broker* const known = Find(before, broker.name);
    const bool was_there = known != nullptr && known->state != BrokerState::kGone;
    const bool is_there = broker.state != BrokerState::kGone;
    if (!was_there && is_there) {
      add(now, Verdict::kGood, broker, " is among the addresses of its name.");
    } else if (was_there && !is_there) {
      add(now, Verdict::kGood, broker, " is gone from the addresses of its name.");
    } else if (was_there && IsUp(*known) && IsUp(broker) &&
               known->connected_since != broker.connected_since) {
      add(broker.connected_since, Verdict::kDegraded, broker,
          " was lost for a moment and is connected again.");
    }
  }
}

}  // namespace

std::vector<Change> DescribeChanges(const Health& before, const Health& after, Time now) {
  std::vector<Change> changes;
  AddProblems(before, after, now, changes);
  AddBrokers(before, after, now, changes);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.at < b.at; });
  return changes;
}

}  // namespace dino::health
