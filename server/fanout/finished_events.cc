#include "server/fanout/finished_events.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace dino::fanout {
namespace {

// How many are looked at for each that is added: more than one, so that the table shrinks.
constexpr int kLooks = 4;

}  // namespace

std::size_t FinishedEvents::Part::Hash::operator()(const EventId& id) const {
  // A UUID made of a digest is as good as a hash, but for the bits that say so, and for the first
  // and the last byte, by which parts are chosen.
  std::uint64_t hash = 0;
  std::memcpy(&hash, id.data() + 9, 6);
  return hash * 0x9E3779B97F4A7C15U;
}

FinishedEvents::Entry* FinishedEvents::Part::Find(const EventId& id) {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &entries_[*found - first_place_];
}

bool FinishedEvents::Part::Add(const Entry& entry) {
  entries_.push_back(entry);
  const auto [place, is_new] =
      places_.insert(first_place_ + static_cast<std::uint32_t>(entries_.size() - 1));
  if (is_new) return true;
  entries_.pop_back();
  Entry& known = entries_[*place - first_place_];
  known = entry;
  known.renewed = 1;
  return false;
}

void FinishedEvents::Part::Prefetch(const EventId& id) const {
  if (!entries_.empty()) places_.prefetch(id);
}

void FinishedEvents::Part::ForgetFirst() {
  places_.erase(entries_.front().id);
  entries_.pop_front();
  ++first_place_;
}

void FinishedEvents::Part::MoveFirst() {
  Entry entry = entries_.front();
  entry.renewed = 0;
  ForgetFirst();
  Add(entry);
}

FinishedEvents::FinishedEvents(std::size_t max_events, Clock::duration window)
    : max_in_part_(max_events / kParts),
      window_(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::seconds>(window).count())) {}

std::uint32_t FinishedEvents::SecondsAt(Clock::time_point time) const {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time - epoch_).count());
}

std::optional<FinishedEvents::Digest> FinishedEvents::Find(const EventId& id,
                                                           Clock::time_point now) {
  const std::uint32_t second = SecondsAt(now);
  Entry* const entry = parts_[PartFor(id)].Find(id);
  if (entry == nullptr || entry->forget_at <= second) return std::nullopt;
  entry->forget_at = second + window_;
  entry->renewed = 1;
  return Digest{entry->fingerprint, entry->no_subscriber_count};
}

void FinishedEvents::Add(const EventId& id, const Digest& digest, Clock::time_point now) {
  Part& part = parts_[PartFor(id)];
  const std::uint32_t second = SecondsAt(now);
  Entry entry{};
  entry.id = id;
  entry.fingerprint = digest.fingerprint;
  entry.forget_at = second + window_;
  entry.no_subscriber_count = digest.no_subscriber_count;
  Forget(part, second);
  if (!part.Add(entry)) return;
  ++size_;
  if (part.size() > max_in_part_) MakeRoom(part, second);
}

void FinishedEvents::PrefetchForAdd(const EventId& id) const {
  const Part& part = parts_[PartFor(id)];
  part.Prefetch(id);
  // It may be forgotten to make room.
  if (part.size() > 0) part.Prefetch(part.first().id);
}

void FinishedEvents::Forget(Part& part, std::uint32_t now) {
  for (int look = 0; look < kLooks && part.size() > 0; ++look) {
    if (part.first().forget_at <= now) {
      part.ForgetFirst();
      --size_;
    } else if (part.first().renewed != 0) {
      part.MoveFirst();
    } else {
      return;
    }
  }
}

void FinishedEvents::MakeRoom(Part& part, std::uint32_t now) {
  if (part.first().forget_at > now) ++forgotten_early_;
  part.ForgetFirst();
  --size_;
}

}  // namespace dino::fanout
