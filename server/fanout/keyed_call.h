#ifndef DINO_SERVER_FANOUT_KEYED_CALL_H_
#define DINO_SERVER_FANOUT_KEYED_CALL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
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
      : deadline(event.deadline), lane(event.lane), done(std::move(its_done)), part(its_part) {}

  const Clock::time_point deadline;
  const std::uint64_t lane;
  const EventPublisher::DoneFunction done;

  // Which part of the `KeyedPublisher` it belongs to.
  const std::size_t part;
  std::atomic<bool> stop_requested{false};

  // Itself, while its event is published.
  std::shared_ptr<KeyedCall> keep_alive;

  // Guarded by the part's mutex.
  State state = State::kEnded;
  std::shared_ptr<KeyedRun> run;
  // Set while it publishes, once the next publisher has returned it.
  std::shared_ptr<PublishedEvent> published;
  // While it is joined. The event lacks its recipients, which the run has.
  std::list<std::shared_ptr<KeyedCall>>::iterator place;
  std::unique_ptr<Event> joined;

  // Guarded by the mutex of lanes. Not null while the event waits for one of its lane that has
  // joined another call.
  std::unique_ptr<Event> held;

  // While it waits. Guarded by the mutex of that for which it waits.
  std::optional<Admission::Ticket> room;
};

// A keyed event while it is published, possibly by one call after another.
struct KeyedRun {
  // REQUIRES: event.id.has_value().
  KeyedRun(const Event& event, std::uint64_t its_fingerprint);

  const EventId id;
  // See `LocalFingerprintOf`.
  const std::uint64_t fingerprint;
  // All of them, in the order of the first call's request.
  const Recipients recipients;

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
  // For resume tokens: known before any call of this run may get one.
  std::optional<Fingerprint> token_fingerprint;
  // The waiting calls, in order of arrival.
  std::list<std::shared_ptr<KeyedCall>> joined;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_KEYED_CALL_H_
