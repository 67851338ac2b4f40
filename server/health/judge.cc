#include "server/health/judge.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/health/broker_problems.h"
#include "server/health/replica_problems.h"
#include "server/health/words.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::health {
namespace {

// Fewer failures than this, or all in one moment, tell nothing of all publications: they may be
// one call's.
constexpr std::uint64_t kManyFailures = 10;
constexpr std::size_t kManyLooks = 2;
// A part of the publications that is not worth a word.
constexpr double kSmallPart = 0.001;

Problem Draining(Time now) {
  Problem problem = ProblemOf(ProblemKind::kDraining, now);
  problem.verdict = Verdict::kDown;
  problem.what = "This replica was told to stop and is draining.";
  problem.meaning =
      "It still takes calls for drain-delay; then it refuses new ones as SHUTTING_DOWN and "
      "finishes those in progress. Other replicas serve the callers.";
  problem.action = "Nothing, if it is being replaced.";
  return problem;
}

// "every publication", or "12 % of the publications of the last minute".
std::string HowMany(bool all, std::uint64_t count, std::uint64_t total) {
  if (all) return "every publication";
  return absl::StrCat(Percent(static_cast<double>(count) / static_cast<double>(total)),
                      " of the publications of the last minute (", count, " of ", total, ")");
}

bool IsWorthAWord(std::uint64_t count, std::uint64_t total) {
  return count > 0 && static_cast<double>(count) >= kSmallPart * static_cast<double>(total);
}

// Which brokers refuse, and the code of the first.
struct Refusers {
  std::string names;
  std::uint8_t reason_code = 0;
};

Refusers FindRefusers(const Facts& facts) {
  Refusers refusers;
  for (std::size_t i = 0; i < facts.brokers.size(); ++i) {
    if (facts.recent_brokers.at(i).refused == 0) continue;
    if (refusers.names.empty()) refusers.reason_code = facts.brokers[i].last_refusal;
    absl::StrAppend(&refusers.names, refusers.names.empty() ? "" : ", ", facts.brokers[i].name);
  }
  return refusers;
}

std::string_view CureOf(std::uint8_t reason_code) {
  if (reason_code == mqtt::kNotAuthorized) {
    return "Look at the broker's ACL: may this client publish to the topics of topic-template in "
           "this environment?";
  }
  if (mqtt::IsBusy(reason_code)) {
    return "Look at the broker's load and quotas, and whether a node of its cluster is missing.";
  }
  return "Look at the broker's log and limits, and at the reason of the failed calls in ours.";
}

Problem Refused(const Facts& facts, bool all) {
  const RecentPublications& recent = facts.recent;
  const Refusers refusers = FindRefusers(facts);
  Problem problem = ProblemOf(ProblemKind::kPublicationsRefused, facts.now);
  problem.verdict = all ? Verdict::kDown : Verdict::kDegraded;
  if (all) problem.user_share = 1;
  const std::string who = refusers.names.empty()
                              ? "Brokers do not take "
                              : absl::StrCat("Refused by ", refusers.names, ": ");
  problem.what = absl::StrCat(who, HowMany(all, recent.rejected, recent.total()));
  if (refusers.reason_code != 0) {
    absl::StrAppend(&problem.what, ", with ", mqtt::DescribeReasonCode(refusers.reason_code));
  }
  problem.what += '.';
  problem.meaning = all ? "No event reaches anybody, and every call fails."
                        : "These recipients get nothing, and their calls fail.";
  problem.action = CureOf(refusers.reason_code);
  return problem;
}

Problem Failing(const Facts& facts, bool all) {
  const RecentPublications& recent = facts.recent;
  Problem problem = ProblemOf(ProblemKind::kPublicationsFail, facts.now);
  problem.verdict = all ? Verdict::kDown : Verdict::kDegraded;
  if (all) problem.user_share = 1;
  problem.what =
      absl::StrCat("Not acknowledged in time: ", HowMany(all, recent.failed, recent.total()), ".");
  problem.meaning =
      "The calls fail as UNAVAILABLE or with their deadline; callers that repeat them complete "
      "them.";
  problem.action =
      "Look at the brokers, at the time to their PUBACK, and at the callers' deadlines.";
  return problem;
}

void AddPublications(const Facts& facts, std::vector<Problem>& problems) {
  const RecentPublications& recent = facts.recent;
  const std::uint64_t since = recent.rejected_since_acknowledged + recent.failed_since_acknowledged;
  const bool none_acknowledged = since >= kManyFailures && recent.failing_looks >= kManyLooks;
  const bool refused_most = recent.rejected_since_acknowledged >= recent.failed_since_acknowledged;
  if (IsWorthAWord(recent.rejected, recent.total())) {
    problems.push_back(Refused(facts, none_acknowledged && refused_most));
  }
  if (IsWorthAWord(recent.failed, recent.total())) {
    problems.push_back(Failing(facts, none_acknowledged && !refused_most));
  }
}

}  // namespace

Health Judge(const Facts& facts) {
  Health health;
  health.ready = facts.ready;
  if (facts.draining) health.problems.push_back(Draining(facts.now));
  std::vector<Problem> of_brokers = FindBrokerProblems(facts);
  std::move(of_brokers.begin(), of_brokers.end(), std::back_inserter(health.problems));
  AddPublications(facts, health.problems);
  std::vector<Problem> of_replica = FindReplicaProblems(facts);
  std::move(of_replica.begin(), of_replica.end(), std::back_inserter(health.problems));
  std::stable_sort(health.problems.begin(), health.problems.end(),
                   [](const Problem& a, const Problem& b) {
                     return a.verdict != b.verdict ? a.verdict > b.verdict : a.kind < b.kind;
                   });
  if (!health.problems.empty()) health.verdict = health.problems.front().verdict;
  for (const mqtt::BrokerInfo& broker : facts.brokers) {
    health.brokers.push_back(DescribeBroker(broker));
  }
  return health;
}

}  // namespace dino::health
