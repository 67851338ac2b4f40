#ifndef DINO_SERVER_FANOUT_KEYED_CALL_H_
#define DINO_SERVER_FANOUT_KEYED_CALL_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/base/clock.h"
#include "server/fanout/acknowledgements.h"
#include "server/fanout/admission.h"
#include "server/fanout/event.h"
#include "server/fanout/event_publisher.h"
#include "server/fanout/fingerprint.h"

namespace dino::fanout {

struct KeyedRun;

// A call of a keyed event, or of one that is held, from `KeyedPublisher::Publish` until its result.
struct KeyedCall : PublishedEvent {
  enum class State {
    kPublishing,  // Its event is being published.
    kJoined,      // It waits for another call's.
    kEnded,       // Its result is known, or it has not begun.
  };

  KeyedCall(const Event& event, std::size_t its_part, EventPublisher::DoneFunction its_done)
      : traceparent(event.traceparent),
        user_properties(event.user_properties),
        traced(event.traced),
        accepted_at(event.accepted_at),
        expiry(event.expiry),
        deadline(event.deadline),
        lane(event.lane),
        owner(event.owner),
        content_bytes(event.content_bytes),
        done(std::move(its_done)),
        part(its_part) {}

  // What may differ between calls of one event.
  const std::string traceparent;
  const mqtt::UserProperties user_properties;
  const bool traced;
  const Clock::time_point accepted_at;
  const std::optional<std::chrono::seconds> expiry;
  const Clock::time_point deadline;
  const std::uint64_t lane;
  const std::string owner;
  const std::size_t content_bytes;
  const EventPublisher::DoneFunction done;

  // Which part of the `KeyedPublisher` it belongs to.
  const std::size_t part;
  std::atomic<bool> stop_requested{false};

  // Guarded by the part's mutex.
  State state = State::kEnded;
  std::shared_ptr<KeyedRun> run;
  // Set while it publishes, once the next publisher has returned it.
  std::shared_ptr<PublishedEvent> published;
  // While it is joined.
  std::list<std::shared_ptr<KeyedCall>>::iterator place;

  // Guarded by the mutex of lanes. Not null while the event waits for one of its lane that has
  // joined another call.
  std::unique_ptr<Event> held;

  // While it waits. Guarded by the mutex of that for which it waits.
  std::optional<Admission::Ticket> room;
};

// A keyed event while it is published, possibly by one call after another.
struct KeyedRun {
  // Takes most of the event. REQUIRES: event.id.has_value().
  KeyedRun(Event& event, const Fingerprint& its_fingerprint);

  const EventId id;
  const std::string type;
  const std::size_t kind;
  const mqtt::Qos qos;
  const Fingerprint fingerprint;
  // All of them, in the order of the first call's request.
  const Recipients recipients;
  const std::shared_ptr<const Overlays> overlays;

  // All that is being published was sent or stands in its topics' lines; and calls of lanes have
  // joined before that. Whoever sets one looks at the other.
  std::atomic<bool> taken_up{false};
  std::atomic<bool> awaited_by_lanes{false};

  // All guarded by the part's mutex.
  //
  // By index in `recipients`.
  Acknowledgements acknowledgements{0};
  // A call has published it; else it leaves no trace.
  bool published = false;
  // The waiting calls, in order of arrival.
  std::list<std::shared_ptr<KeyedCall>> joined;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_CALL_H_
