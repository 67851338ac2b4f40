#include "server/health/replica_problems.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/health/words.h"

namespace dino::health {
namespace {

// Where a problem begins, and below which it ends, so that what swings about the bound is one
// problem.
struct Bounds {
  double begin;
  double end;
};
// One caller alone never has more than three quarters of what may be pending.
constexpr Bounds kPending{0.7, 0.6};
constexpr Bounds kMemory{0.8, 0.7};
// Of calls in the last minute: a few are a moment's.
constexpr Bounds kManyCalls{10, 5};
// Of calls in the last minute: one or two are a mistake. As many as the alert has.
constexpr Bounds kSomeCalls{3, 1};
// Of the last minute's looks, one a second: fewer are a moment, which quotas are there to cut off.
constexpr Bounds kSomeLooks{3, 1};
constexpr std::size_t kMostNamed = 5;
constexpr std::chrono::hours kExpiresSoon{14 * 24};

// Whether a value is beyond the bound that counts for what is among the earlier ones, or is not.
template <typename What>
bool IsBeyond(const Bounds& bounds, double value, const What& what,
              const std::vector<What>& earlier) {
  const bool was_there = std::find(earlier.begin(), earlier.end(), what) != earlier.end();
  return value >= (was_there ? bounds.end : bounds.begin);
}

double PartOf(const Room& room) {
  return static_cast<double>(room.used) / static_cast<double>(std::max<std::size_t>(room.limit, 1));
}

void AddPending(const Facts& facts, std::vector<Problem>& problems) {
  constexpr ProblemKind kKind = ProblemKind::kPendingNearLimit;
  const double publications = PartOf(facts.pending_publications);
  const double bytes = PartOf(facts.pending_bytes);
  const double most = std::max(publications, bytes);
  const std::uint64_t refused = facts.recent_refusals.overloaded;
  // Large calls are refused while there is room for small ones.
  const bool refuses = IsBeyond(kManyCalls, static_cast<double>(refused), kKind, facts.earlier);
  if (!refuses && !IsBeyond(kPending, most, kKind, facts.earlier)) return;
  Problem problem = ProblemOf(kKind, facts.now);
  problem.what =
      absl::StrCat("Pending work takes ", Percent(most), " of ",
                   bytes > publications ? "max-pending-bytes" : "max-pending-publications", ".");
  if (refuses) {
    absl::StrAppend(&problem.what, " In the last minute ", refused,
                    " calls were refused as OVERLOADED.");
  }
  problem.meaning = "Calls beyond it are refused as OVERLOADED; nothing of those is published.";
  problem.action =
      "If it does not fall by itself once the brokers keep up: add replicas, or let callers send "
      "less at once.";
  problems.push_back(std::move(problem));
}

void AddMemory(const Facts& facts, std::vector<Problem>& problems) {
  const double part = PartOf(facts.memory);
  if (!IsBeyond(kMemory, part, ProblemKind::kMemoryNearLimit, facts.earlier)) return;
  Problem problem = ProblemOf(ProblemKind::kMemoryNearLimit, facts.now);
  problem.what = absl::StrCat("The process uses ", Percent(part), " of its memory limit.");
  problem.meaning =
      "Above the limit the system kills it: its calls end, and its idempotency keys are forgotten.";
  problem.action = "Raise the limit, or lower max-pending-bytes and idempotency-memory.";
  problems.push_back(std::move(problem));
}

const char* WhatIsLacking(const std::string& reason) {
  if (reason == "descriptors") return "there are too few file descriptors";
  if (reason == "limit") return "max-connections is reached";
  return "the system cannot open another one";
}

void AddConnections(const Facts& facts, std::vector<Problem>& problems) {
  if (facts.recent_refusals.connections.empty()) return;
  Problem problem = ProblemOf(ProblemKind::kConnectionsRefused, facts.now);
  for (const auto& [reason, count] : facts.recent_refusals.connections) {
    absl::StrAppend(&problem.what, problem.what.empty() ? "" : " ", count,
                    count == 1 ? " connection was" : " connections were",
                    " refused in the last minute: ", WhatIsLacking(reason), ".");
  }
  problem.meaning = "Callers that are connected are served; others cannot connect.";
  problem.action =
      "The log has the last one's address. See who holds so many connections, or raise the limit.";
  problems.push_back(std::move(problem));
}

void AddUnknownCallers(const Facts& facts, std::vector<Problem>& problems) {
  const std::uint64_t count = facts.recent_refusals.unknown_callers;
  constexpr ProblemKind kKind = ProblemKind::kUnknownCallers;
  if (!IsBeyond(kSomeCalls, static_cast<double>(count), kKind, facts.earlier)) return;
  Problem problem = ProblemOf(kKind, facts.now);
  problem.what = absl::StrCat(count, count == 1 ? " call" : " calls",
                              " of the last minute came without a valid key or certificate.");
  problem.meaning = "They are refused as UNKNOWN_CALLER; nothing of them is published.";
  problem.action =
      "The log has their addresses. Was a key taken out of auth-keys-file too early, or a "
      "certificate revoked? Or they are strangers.";
  problems.push_back(std::move(problem));
}

void AddQuotas(const Facts& facts, std::vector<Problem>& problems) {
  const std::vector<std::string> names = CallersOverQuota(facts);
  if (names.empty()) return;
  const std::size_t named = std::min(names.size(), kMostNamed);
  std::string callers;
  for (std::size_t i = 0; i < named; ++i) {
    const auto found = facts.recent_refusals.over_quota.find(names[i]);
    const std::uint64_t count = found == facts.recent_refusals.over_quota.end() ? 0 : found->second;
    absl::StrAppend(&callers, callers.empty() ? "" : ", ", count, " of ", names[i]);
  }
  if (names.size() > named) {
    absl::StrAppend(&callers, ", and those of ", names.size() - named, " more callers");
  }
  Problem problem = ProblemOf(ProblemKind::kCallerOverQuota, facts.now);
  problem.what =
      absl::StrCat("Events that the caller's quota refused in the last minute: ", callers, ".");
  problem.meaning = "They are refused as CALLER_QUOTA; other callers are not affected.";
  problem.action =
      "See whether the caller is stuck in a loop, or needs more in auth-keys-file, which takes "
      "effect without a restart.";
  problems.push_back(std::move(problem));
}

void AddFiles(const Facts& facts, std::vector<Problem>& problems) {
  struct File {
    bool valid;
    ProblemKind kind;
    const char* what;
    const char* meaning;
    const char* action;
  };
  const std::array<File, 4> files{{
      {facts.revocation_lists_readable, ProblemKind::kRevocationListsUnreadable,
       "tls-client-crl-file cannot be read.",
       "Nobody knows which certificates are revoked: no client certificate is accepted.",
       "Correct the file; the log says what is wrong with it."},
      {facts.key_file_valid, ProblemKind::kKeyFileBroken,
       "auth-keys-file was changed and cannot be used.",
       "The callers of the last good one are still let in; a replica that starts now does not "
       "start.",
       "Correct the file; the log says what is wrong and where."},
      {facts.tls_files_valid, ProblemKind::kTlsFilesBroken,
       "tls-cert-file, tls-key-file or tls-client-ca-file was changed and cannot be used.",
       "The last good ones stay in force until their certificate expires; a replica that starts "
       "now does not start.",
       "Correct the files; the log says what is wrong with them."},
      {facts.broker_tls_files_valid, ProblemKind::kBrokerTlsFilesBroken,
       "mqtt-tls-ca-file, mqtt-tls-cert-file or mqtt-tls-key-file was changed and cannot be used.",
       "Open sessions are kept; one that is lost cannot connect again, and a replica that starts "
       "now does not start.",
       "Correct the files; the next attempt to connect reads them."},
  }};
  for (const File& file : files) {
    if (file.valid) continue;
    Problem problem = ProblemOf(file.kind, facts.now);
    problem.what = file.what;
    problem.meaning = file.meaning;
    problem.action = file.action;
    problems.push_back(std::move(problem));
  }
}

void AddCertificates(const Facts& facts, std::vector<Problem>& problems) {
  for (const CertificateFact& certificate : facts.certificates) {
    const auto left = certificate.not_after - facts.now;
    if (left > kExpiresSoon) continue;
    const bool expired = left <= left.zero();
    const Time since = expired ? certificate.not_after : certificate.not_after - kExpiresSoon;
    Problem problem = ProblemOf(ProblemKind::kCertificateExpires, since, certificate.file);
    problem.what = expired ? absl::StrCat("The certificate in ", certificate.file, " has expired.")
                           : absl::StrCat("The certificate in ", certificate.file, " expires in ",
                                          InWords(left), ".");
    problem.meaning = expired ? "Whoever checks it refuses new connections."
                              : "After that, whoever checks it refuses new connections.";
    problem.action = "Replace the file; the new one is taken without a restart.";
    problems.push_back(std::move(problem));
  }
}

}  // namespace

std::vector<std::string> CallersOverQuota(const Facts& facts) {
  std::vector<std::string> callers;
  for (const auto& [name, looks] : facts.over_quota_looks) {
    if (IsBeyond(kSomeLooks, static_cast<double>(looks), name, facts.earlier_over_quota)) {
      callers.push_back(name);
    }
  }
  return callers;
}

std::vector<Problem> FindReplicaProblems(const Facts& facts) {
  std::vector<Problem> problems;
  for (const auto add : {AddPending, AddMemory, AddConnections, AddUnknownCallers, AddQuotas,
                         AddFiles, AddCertificates}) {
    add(facts, problems);
  }
  return problems;
}

}  // namespace dino::health
