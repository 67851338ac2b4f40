#include "server/fanout/unfinished_events.h"

#include <iterator>
#include <utility>

namespace dino::fanout {
namespace {

// Of a list's node and of the index; measured.
constexpr std::size_t kOverhead = 64;

}  // namespace

std::size_t UnfinishedEvents::BytesOf(const Entry& entry) {
  return sizeof(Entry) + kOverhead + entry.event.acknowledgements.bytes();
}

const UnfinishedEvents::Event* UnfinishedEvents::Find(const EventId& id, Clock::time_point now) {
  while (!entries_.empty() && entries_.front().forget_at <= now) ForgetFirst();
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &found->second->event;
}

std::optional<UnfinishedEvents::Event> UnfinishedEvents::Take(const EventId& id,
                                                              Clock::time_point now) {
  if (Find(id, now) == nullptr) return std::nullopt;
  const auto found = index_.find(id);
  const auto place = found->second;
  bytes_ -= BytesOf(*place);
  Event event = std::move(place->event);
  index_.erase(found);
  entries_.erase(place);
  return event;
}

void UnfinishedEvents::Put(const EventId& id, Event event, Clock::time_point now) {
  entries_.push_back({id, std::move(event), now + window_});
  index_.emplace(id, std::prev(entries_.end()));
  bytes_ += BytesOf(entries_.back());
  while (bytes_ > max_bytes_) {
    if (entries_.front().forget_at > now) ++forgotten_early_;
    ForgetFirst();
  }
}

void UnfinishedEvents::ForgetFirst() {
  bytes_ -= BytesOf(entries_.front());
  index_.erase(entries_.front().id);
  entries_.pop_front();
}

}  // namespace dino::fanout
