#ifndef DINO_SERVER_FANOUT_UNFINISHED_EVENTS_H_
#define DINO_SERVER_FANOUT_UNFINISHED_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/fanout/acknowledgements.h"
#include "server/fanout/event_id.h"

namespace dino::fanout {

// Answers whom the failed calls of a keyed event have reached.
//
// Bounded in memory and in time: an event is forgotten one window after its last call, or earlier
// to make room, the first to fail first. Not thread-safe.
class UnfinishedEvents {
 public:
  struct Event {
    // See `LocalFingerprintOf`.
    std::uint64_t fingerprint = 0;
    // By place in the sorted order.
    Acknowledgements acknowledgements{0};
  };

  UnfinishedEvents(std::size_t max_bytes, Clock::duration window)
      : max_bytes_(max_bytes), window_(window) {}

  // Null if it is not known.
  const Event* Find(const EventId& id, Clock::time_point now);
  // Takes out what is known; none if it is not.
  std::optional<Event> Take(const EventId& id, Clock::time_point now);
  // REQUIRES: it is not known.
  void Put(const EventId& id, Event event, Clock::time_point now);

  std::size_t size() const { return index_.size(); }
  // How many were forgotten before their window had passed.
  std::uint64_t forgotten_early() const { return forgotten_early_; }

 private:
  struct Entry {
    EventId id;
    Event event;
    Clock::time_point forget_at;
  };

  static std::size_t BytesOf(const Entry& entry);
  void ForgetFirst();

  const std::size_t max_bytes_;
  const Clock::duration window_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_early_ = 0;
  // In the order in which they are forgotten.
  std::list<Entry> entries_;
  absl::flat_hash_map<EventId, std::list<Entry>::iterator> index_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_UNFINISHED_EVENTS_H_
