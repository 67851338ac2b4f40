#ifndef DINO_SERVER_HEALTH_JUDGE_H_
#define DINO_SERVER_HEALTH_JUDGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  // By the same places.
  std::vector<RecentBroker> recent_brokers;
  RecentPublications recent;
  // What was wrong at the last look: some problems end later than they begin.
  std::vector<ProblemKind> earlier;
  Room pending_publications;
  Room pending_bytes;
  bool key_file_valid = true;
  bool revocation_lists_readable = true;
  std::vector<CertificateFact> certificates;
  // The settings of these names.
  std::chrono::milliseconds mqtt_ack_timeout{5000};
  std::chrono::milliseconds mqtt_failover_after{5000};
};

// What the facts mean. A problem whose beginning they do not tell begins now. Pure.
Health Judge(const Facts& facts);

}  // namespace dino::health

#endif  // DINO_SERVER_HEALTH_JUDGE_H_
