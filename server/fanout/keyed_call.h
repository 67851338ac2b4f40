#ifndef DINO_SERVER_FANOUT_KEYED_CALL_H_
#define DINO_SERVER_FANOUT_KEYED_CALL_H_

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
    kHeld,        // It waits for an event of its lane that has joined another call.
    kEnded,       // Its result is known.
  };

  KeyedCall(const Event& event, EventPublisher::DoneFunction its_done)
      : traceparent(event.traceparent),
        accepted_at(event.accepted_at),
        expiry(event.expiry),
        deadline(event.deadline),
        lane(event.lane),
        request_bytes(event.request_bytes),
        done(std::move(its_done)) {}

  // What may differ between calls of one event.
  const std::string traceparent;
  const Clock::time_point accepted_at;
  const std::optional<std::chrono::seconds> expiry;
  const Clock::time_point deadline;
  const std::uint64_t lane;
  const std::size_t request_bytes;
  const EventPublisher::DoneFunction done;

  // Everything below is guarded by the mutex of `KeyedPublisher`.
  State state = State::kEnded;
  std::shared_ptr<KeyedRun> run;
  // Set while it publishes, once the next publisher has returned it.
  std::shared_ptr<PublishedEvent> published;
  bool stop_requested = false;
  // While it is joined.
  std::list<std::shared_ptr<KeyedCall>>::iterator place;
  // While it is held.
  std::unique_ptr<Event> held;
  // While it waits.
  std::optional<Admission::Ticket> room;
};

// A keyed event while it is published, possibly by one call after another.
struct KeyedRun {
  const EventId id;
  const std::string event_id;
  const std::string type;
  const std::size_t kind;
  const mqtt::Qos qos;
  const Fingerprint fingerprint;
  // All of them, in the order of the first call's request.
  const Recipients recipients;
  const std::shared_ptr<const Overlays> overlays;

  // All guarded by the mutex of `KeyedPublisher`.
  //
  // By index in `recipients`.
  Acknowledgements acknowledgements;
  // A call has published it; else it leaves no trace.
  bool published = false;
  // All that is being published was sent or stands in its topics' lines.
  bool taken_up = false;
  // The waiting calls, in order of arrival.
  std::list<std::shared_ptr<KeyedCall>> joined;
};

// The run of an event, most of which it takes. REQUIRES: event.id.has_value().
std::shared_ptr<KeyedRun> MakeRun(Event& event, const Fingerprint& fingerprint);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_CALL_H_
