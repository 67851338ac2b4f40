#ifndef DINO_SERVER_FANOUT_FINISHED_EVENTS_H_
#define DINO_SERVER_FANOUT_FINISHED_EVENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "server/base/clock.h"
#include "server/fanout/event_id.h"

namespace dino::fanout {

// Answers which keyed events are complete: a digest of 32 bytes each, in the order in which they
// are forgotten.
//
// Bounded in number and in time: an event is forgotten one window after it was last asked for, or
// earlier to make room, those that finished first before others. In parts, so that one that grows
// does not keep everybody waiting. Not thread-safe.
class FinishedEvents {
 public:
  // What one takes, its share of the index included; measured.
  static constexpr std::size_t kBytesPerEvent = 48;

  // REQUIRES: max_events >= kParts; window is at most a few decades.
  FinishedEvents(std::size_t max_events, Clock::duration window);

  struct Digest {
    // See `LocalFingerprintOf`.
    std::uint64_t fingerprint = 0;
    std::uint32_t no_subscriber_count = 0;
  };

  // None if it is not known. Otherwise its window begins anew.
  std::optional<Digest> Find(const EventId& id, Clock::time_point now);
  void Add(const EventId& id, const Digest& digest, Clock::time_point now);
  // Have the processor fetch what `Find` or `Add` will look at, while the caller does something
  // else: each event is at another place of large tables.
  void PrefetchForFind(const EventId& id) const { parts_[PartFor(id)].Prefetch(id); }
  void PrefetchForAdd(const EventId& id) const;

  std::size_t size() const { return size_; }
  // How many were forgotten before their window had passed.
  std::uint64_t forgotten_early() const { return forgotten_early_; }

  static constexpr std::size_t kParts = 4;

 private:
  struct Entry {
    EventId id{};
    std::uint64_t fingerprint = 0;
    // Seconds since `epoch_`.
    std::uint32_t forget_at = 0;
    std::uint32_t no_subscriber_count : 31;
    // It was asked for since it came to its place.
    std::uint32_t renewed : 1;
  };
  static_assert(sizeof(Entry) == 32);

  class Part {
   public:
    Part() : places_(0, Hash{this}, Equal{this}) {}
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    Entry* Find(const EventId& id);
    // False if it was there: it is renewed then.
    bool Add(const Entry& entry);
    void Prefetch(const EventId& id) const;
    std::size_t size() const { return entries_.size(); }
    // The first to be forgotten. REQUIRES: size() > 0.
    const Entry& first() const { return entries_.front(); }
    void ForgetFirst();
    // It goes behind all others.
    void MoveFirst();

   private:
    const EventId& IdAt(std::uint32_t place) const { return entries_[place - first_place_].id; }

    struct Hash {
      using is_transparent = void;
      const Part* part;
      std::size_t operator()(std::uint32_t place) const { return (*this)(part->IdAt(place)); }
      std::size_t operator()(const EventId& id) const;
    };
    struct Equal {
      using is_transparent = void;
      const Part* part;
      bool operator()(std::uint32_t a, std::uint32_t b) const { return (*this)(a, part->IdAt(b)); }
      bool operator()(std::uint32_t a, const EventId& b) const { return part->IdAt(a) == b; }
      bool operator()(const EventId& a, std::uint32_t b) const { return a == part->IdAt(b); }
    };

    // The first one's number; others follow it. Wraps.
    std::uint32_t first_place_ = 0;
    std::deque<Entry> entries_;
    absl::flat_hash_set<std::uint32_t, Hash, Equal> places_;
  };

  static std::size_t PartFor(const EventId& id) { return id.back() % kParts; }
  std::uint32_t SecondsAt(Clock::time_point time) const;
  // Those whose time has come; a few at a time.
  void Forget(Part& part, std::uint32_t now);
  void MakeRoom(Part& part, std::uint32_t now);

  const std::size_t max_in_part_;
  const std::uint32_t window_;
  const Clock::time_point epoch_ = Clock::now();
  std::array<Part, kParts> parts_;
  std::size_t size_ = 0;
  std::uint64_t forgotten_early_ = 0;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_FINISHED_EVENTS_H_
