#ifndef DINO_SERVER_HEALTH_JUDGE_H_
#define DINO_SERVER_HEALTH_JUDGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/health/health.h"
#include "server/mqtt/session/broker_info.h"

namespace dino::health {

// What the last minute has brought.
struct RecentPublications {
  std::uint64_t acknowledged = 0;
  // Refused by a broker, or failed for another reason.
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  // Those among them that came after the last acknowledgement, and at how many times that was
  // looked at there were some.
  std::uint64_t rejected_since_acknowledged = 0;
  std::uint64_t failed_since_acknowledged = 0;
  std::size_t failing_looks = 0;

  std::uint64_t total() const { return acknowledged + rejected + failed; }
};

// What one broker did in the last minute.
struct RecentBroker {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t losses = 0;
  // From PUBLISH to PUBACK on the average; none without answers.
  std::optional<std::chrono::nanoseconds> puback_time;
};

struct CertificateFact {
  std::string file;
  Time not_after;
};

// Callers who were refused: since the process started, or of late.
struct Refusals {
  // Calls without a valid key or certificate, and calls that were refused as OVERLOADED.
  std::uint64_t unknown_callers = 0;
  std::uint64_t overloaded = 0;
  // Connections, by what was lacking.
  std::map<std::string, std::uint64_t> connections;
  // Events beyond the quota of the caller with that name.
  std::map<std::string, std::uint64_t> over_quota;
};

// Something that has a limit.
struct Room {
  std::size_t used = 0;
  std::size_t limit = 1;
};

// All that is known when health is judged.
struct Facts {
  Time now;
  // The same time by the clock that never jumps.
  Clock::time_point measured_at;
  bool ready = false;
  bool draining = false;
  std::vector<mqtt::BrokerInfo> brokers;
  RecentPublications recent;
  Refusals refusals;
  Room pending_publications;
  Room pending_bytes;
  // Nothing is used if there is no limit.
  Room memory;
  bool key_file_valid = true;
  bool revocation_lists_readable = true;
  // Those for callers, and those for brokers; true if there are none.
  bool tls_files_valid = true;
  bool broker_tls_files_valid = true;
  std::vector<CertificateFact> certificates;
  // The settings of these names.
  std::chrono::milliseconds mqtt_ack_timeout{5000};
  std::chrono::milliseconds mqtt_failover_after{5000};

  // The rest is what earlier looks tell. By the places of `brokers`:
  std::vector<RecentBroker> recent_brokers;
  // Of the last minute.
  Refusals recent_refusals;
  // At how many looks of the last minute a caller had gone beyond its quota since the one before.
  std::map<std::string, std::size_t> over_quota_looks;
  // What was wrong at the last one: some problems end later than they begin.
  std::vector<ProblemKind> earlier;
  // Who was beyond their quota then, as `CallersOverQuota` has it.
  std::vector<std::string> earlier_over_quota;
};

// What the facts mean. A problem whose beginning they do not tell begins now. Pure.
Health Judge(const Facts& facts);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_JUDGE_H_
