#ifndef DINO_SERVER_FANOUT_EVENT_H_
#define DINO_SERVER_FANOUT_EVENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/fanout/acknowledgements.h"
#include "server/fanout/event_id.h"
#include "server/fanout/recipients.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Extra members of an event for single users, by user ID: JSON text such as `"a":1,"b":2`, not
// empty.
using Overlays = absl::flat_hash_map<std::int64_t, std::string>;

// An event, ready to be published.
struct Event {
  std::string type;
  // Index in `FanoutOptions::kinds`.
  std::size_t kind = 0;
  // None: a random one is generated.
  std::optional<EventId> id;
  // The ID is that of an idempotency key: the event is completed, not published anew.
  bool keyed = false;
  // Its call is traced: the result says what each broker did.
  bool traced = false;
  // A JSON object.
  std::string json;
  // At least one.
  Recipients recipients;
  // Those of them that earlier attempts have reached, by index: nothing is published to them. None:
  // there was no earlier attempt.
  std::optional<Acknowledgements> earlier;
  // Null for none.
  std::shared_ptr<const Overlays> overlays;
  // W3C trace context; empty for none.
  std::string traceparent;
  // Those that the caller wants beside the service's own.
  mqtt::UserProperties user_properties;
  mqtt::Qos qos = mqtt::Qos::kAtLeastOnce;
  // The expiry counts from here.
  Clock::time_point accepted_at = Clock::now();
  std::optional<std::chrono::seconds> expiry;
  // Nothing is published after this.
  Clock::time_point deadline;
  // Events of one lane reach each recipient in the order of their `Publish`; 0 for none.
  std::uint64_t lane = 0;
  // Called once all of it was sent or stands in its topics' lines, if it does not end before: what
  // is published from there on comes behind it. From any thread, which must not be kept.
  std::function<void()> taken_up;
  // Whose share of pending work it takes; empty if nobody shares it.
  std::string owner;
  // What its request and its JSON take in memory beside its recipients.
  std::size_t content_bytes = 0;

  std::size_t missing_count() const {
    return recipients.size() - (earlier.has_value() ? earlier->count() : 0);
  }
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_H_
