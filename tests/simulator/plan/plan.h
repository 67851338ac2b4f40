#ifndef DINO_TESTS_SIMULATOR_PLAN_PLAN_H_
#define DINO_TESTS_SIMULATOR_PLAN_PLAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/base/timeline.h"
#include "tests/simulator/broker/manner.h"
#include "tests/simulator/ledger/book.h"
#include "tests/simulator/net/wire.h"

namespace dino::simulator {

enum class FaultKind : std::uint8_t {
  kEndConnections,  // A broker ends its connections.
  kCutAfterBytes,   // The network cuts a connection after some byte, either way.
  kDown,            // A broker is away for a while.
  kAbsent,          // Its host, too.
  kFrozen,          // It is stopped (SIGSTOP).
  kDeaf,            // It reads nothing.
  kSilent,          // It acknowledges nothing.
  kDrops,           // The same, and nobody receives anything.
  kSlow,            // It acknowledges late, but in time.
  kOddAnswers,      // It acknowledges twice, never, or what it was not sent.
  kRefusesConnect,  // CONNACK with a failure.
  kSlowConnect,     // CONNACK is late.
  kLimits,          // CONNACK with Maximum QoS 0 or a small Receive Maximum.
  kUnsolicited,     // It sends a PUBLISH.
  kSeparated,       // One replica cannot reach it.
  kStalledLoop,     // A thread of the bridge stands still.
  kRefusedTopic,    // All brokers refuse a topic.
  kLateTopic,       // They acknowledge it late.
  kPoison,          // They end the connection on it.
};

inline constexpr std::array<absl::string_view, 19> kFaultNames = {
    "end-connections", "cut-after-bytes", "down",
    "absent",          "frozen",          "deaf",
    "silent",          "drops",           "slow",
    "odd-answers",     "refuses-connect", "slow-connect",
    "limits",          "unsolicited",     "separated",
    "stalled-loop",    "refused-topic",   "late-topic",
    "poison"};

// Whether a fault is one of a topic, at all brokers.
inline bool ConcernsTopics(FaultKind kind) {
  return kind == FaultKind::kRefusedTopic || kind == FaultKind::kLateTopic ||
         kind == FaultKind::kPoison;
}

struct FaultPlan {
  FaultKind kind{};
  Duration at{};
  Duration duration{};
  int broker = 0;
  int replica = 0;
  UserId user = 0;
  std::uint8_t code = 0;
  Ending ending = Ending::kReset;
  // Of bytes, or of anything else that is counted.
  int amount = 0;
  // One of two ways.
  bool other_way = false;
};

struct EventPlan {
  std::vector<UserId> users;
  // After the one before it in its stream.
  Duration pause{};
  // How much longer than need be its JSON is.
  std::size_t padding = 0;
};

struct CallPlan {
  enum class Kind : std::uint8_t { kUnary, kBatch, kStream, kKeyed };

  Kind kind = Kind::kUnary;
  int replica = 0;
  int qos = 1;
  // After the answer to the one before it.
  Duration pause{};
  Duration time_allowed{};
  std::vector<EventPlan> events;
  std::optional<Duration> cancel_after;
  // Of a keyed call: how often it is made again while it fails, and whether a second call joins it.
  int repeats = 0;
  bool joined = false;
  // Of a batch or stream: its events have keys, and the first joins a call that was made just
  // before.
  bool twins = false;
};

struct CallerPlan {
  std::vector<CallPlan> calls;
};

// Brokers behind one name, which does not lead to all of them all the time.
struct NamePlan {
  struct Change {
    Duration at{};
    int broker = 0;
    bool present = false;
  };

  // Empty: each is configured by its address.
  std::vector<bool> present_at_start;
  std::vector<Change> changes;
  // How often replicas look the name up.
  Duration look_up_every{};

  bool used() const { return !present_at_start.empty(); }
};

// All that is decided before a run: what stands, who calls, what goes wrong.
struct Plan {
  std::uint64_t seed = 0;
  int replicas = 1;
  int brokers = 1;
  int users = 4;
  int sessions = 1;
  int loops = 1;
  std::size_t window = 64;
  std::size_t window_bytes = 1048576;
  // Some events are so large that a few of them fill what is written at once.
  bool large_events = false;
  Duration ack_timeout{};
  Duration failover_after{};
  WireManner wire;
  // Between the brokers.
  Duration cluster_delay{};
  // How late the bridge's threads may run.
  Duration loop_delay{};
  // Of each replica: the brokers in its order.
  std::vector<std::vector<int>> broker_orders;
  NamePlan name;
  std::vector<CallerPlan> callers;
  std::vector<FaultPlan> faults;
  // When the last fault has ended.
  Duration calm_at{};
  // A replica that stops while calls are made.
  std::optional<int> stopped_replica;
  Duration stop_at{};
  // It starts again once it has stopped, and knows nothing of before.
  bool restarts = false;
};

// What may be drawn.
struct Scope {
  // Of faults.
  std::vector<FaultKind> kinds;
  // At most.
  int replicas = 2;
  int brokers = 3;
  // There are four brokers, behind one name.
  bool names = false;
};

// What `seed` stands for.
Plan MakePlan(std::uint64_t seed, const Scope& scope);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_PLAN_PLAN_H_
