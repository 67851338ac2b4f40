#ifndef DINO_SERVER_FANOUT_EVENT_H_
#define DINO_SERVER_FANOUT_EVENT_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/mqtt/batch.h"

namespace dino::fanout {

// An event, ready to be published.
struct Event {
  // Stays valid for good: a literal.
  std::string_view type;
  // Empty: a random one is made.
  std::string event_id;
  std::string json;
  // Distinct, at least one.
  std::vector<std::int64_t> recipients;
  // W3C trace context; empty for none.
  std::string traceparent;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  // The expiry counts from here.
  mqtt::Clock::time_point accepted_at = mqtt::Clock::now();
  std::optional<std::chrono::seconds> expiry;
  // Nothing is published from here on.
  mqtt::Clock::time_point deadline;
};

// Why nothing of an event is published.
enum class Refusal {
  kUnreachable,  // No session is connected.
  kOverloaded,   // Too much is pending.
  kKeyReused,    // The idempotency key belongs to another event.
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_H_
